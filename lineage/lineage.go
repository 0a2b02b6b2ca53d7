package lineage

// Dialect is the SQL of one family of sources. Its methods are safe for concurrent use, and take time in proportion to
// the text.
type Dialect interface {
	// Name is the word by which a kind of source names it: "postgresql".
	Name() string
	// Redact is the value filter for definitions and expressions: the text with "?" for every literal and number, and
	// without comments. Redact of its own output changes nothing; a piece of its output that ends with a token is its own
	// output too. Text that can't be cut into tokens is fault.Unsupported, with a message that quotes none of it.
	Redact(text string) (string, error)
	// RedactType is the value filter for the name of a type: as Redact, but numbers stay, since those in a type are its
	// modifiers.
	RedactType(text string) (string, error)
}
