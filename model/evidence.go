package model

// Class says that an asset or a column was found to hold a kind of content, and why.
type Class struct {
	Name     string   `cbor:"1,keyasint" json:"name"` // of the classification: "MICROSOFT.PERSONAL.EMAIL"
	Evidence Evidence `cbor:"2,keyasint" json:"evidence"`
}

// Evidence is why a classification was given. It holds counts and names of ours, never a value.
type Evidence struct {
	Rule     string `cbor:"1,keyasint" json:"rule"`                        // the rule's identifier: "email"
	Version  int    `cbor:"2,keyasint" json:"version"`                     // of the rule
	Tried    int    `cbor:"3,keyasint" json:"tried"`                       // sampled values that were not empty
	Matches  int    `cbor:"4,keyasint" json:"matches"`                     // values that matched
	Distinct int    `cbor:"5,keyasint" json:"distinct"`                    // different values among them
	Checks   int    `cbor:"6,keyasint,omitempty" json:"checks,omitempty"`  // matches whose checksum was right, where the rule has one
	Hint     bool   `cbor:"7,keyasint,omitempty" json:"hint,omitempty"`    // the column's name speaks for it
	Checked  bool   `cbor:"8,keyasint,omitempty" json:"checked,omitempty"` // the rule has a checksum
}

// ClassDef describes a classification, for people and clients.
type ClassDef struct {
	Name    string `json:"name"`  // "MICROSOFT.PERSONAL.EMAIL"
	Title   string `json:"title"` // "E-mail address"
	Summary string `json:"summary"`
}

// Bounds of classes.
const (
	MaxClassName = 200  // bytes of a classification's name, and of a rule's identifier
	MaxClasses   = 1000 // of one asset or column
)

// Sound reports whether a class is in closed form: names of letters, digits, dots, dashes and underscores, a letter
// first, and counts that fit each other. So it can hold no value.
func (c Class) Sound() bool {
	e := c.Evidence
	return closed(c.Name) && closed(e.Rule) && e.Version >= 1 && e.Version < 1<<20 && e.Tried < 1<<31 &&
		0 < e.Distinct && e.Distinct <= e.Matches && e.Matches <= e.Tried && e.Checks >= 0 && e.Checks <= e.Matches &&
		(e.Checked || e.Checks == 0)
}

// SoundClasses reports whether a list of classes is bounded, in closed form, sorted by name, and has none twice.
func SoundClasses(list []Class) bool {
	if len(list) > MaxClasses {
		return false
	}
	for i := range list {
		if !list[i].Sound() || i > 0 && list[i-1].Name >= list[i].Name {
			return false
		}
	}
	return true
}

func closed(s string) bool {
	if s == "" || len(s) > MaxClassName {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '-' && c != '_') {
			return false
		}
	}
	return true
}
