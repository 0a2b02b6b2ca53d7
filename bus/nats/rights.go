package nats

import (
	"strings"
	"time"
	"unicode"

	"github.com/purlieu/purlieu/bus"
)

// Bounds that both ends hold to.
const (
	MaxMessage = bus.MaxPacked + 64<<10 // bytes of the largest message: a full batch in its envelope
	MaxControl = 256 << 10              // bytes of a claim, renewal or beat, which hold ids and numbers, and of a description
	MaxAsk     = 2 * time.Minute        // that a question may wait for its answer
)

// inboxPrefix begins the subjects on which answers travel to nodes; the node's name follows.
const inboxPrefix = "_INBOX"

// maxName bounds a name that becomes part of a subject, in bytes.
const maxName = 250

// Right is one line of the table: through which door a subject goes, and in which direction.
type Right struct {
	Subject   bus.Subject
	Ingestion bool // the door
	Sends     bool // the node publishes it; else it subscribes to it
	Runtime   bool // the name behind it is the runtime's, not the node's
}

// Rights is the whole table: what is not here is refused. A node also subscribes to its own inbox at either door, and
// publishes one answer to each question that reached it.
func Rights() []Right {
	return []Right{
		{Subject: bus.SubjectClaim, Sends: true},
		{Subject: bus.SubjectRenew, Sends: true},
		{Subject: bus.SubjectBeat, Sends: true},
		{Subject: bus.SubjectKind, Sends: true},
		{Subject: bus.SubjectAsk},
		{Subject: bus.SubjectTell},
		{Subject: bus.SubjectRing, Runtime: true},
		{Subject: bus.SubjectBatch, Ingestion: true, Sends: true},
		{Subject: bus.SubjectDone, Ingestion: true, Sends: true},
		{Subject: bus.SubjectBase, Ingestion: true, Sends: true},
	}
}

// Address is where a message about a subject goes.
func Address(s bus.Subject, name string) string { return string(s) + "." + name }

// Inbox is the prefix of all addresses at which a node takes answers, with its last dot.
func Inbox(node string) string { return inboxPrefix + "." + node + "." }

// IsName reports whether a name can stand in a subject as one token.
func IsName(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '.' || r == '*' || r == '>' || r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}
