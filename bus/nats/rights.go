package nats

import (
	"strings"
	"unicode"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/purlieu/purlieu/bus"
)

// Prefixes of the subjects on which answers travel.
const (
	inboxPrefix  = "_INBOX"  // to nodes, followed by the node
	answerPrefix = "_ANSWER" // to the account, from nodes that it asked
)

// maxName bounds a name that becomes part of a subject, in bytes.
const maxName = 250

// right is one line of the table: through which door a subject goes, and in which direction.
type right struct {
	subject   bus.Subject
	ingestion bool // the door
	sends     bool // the node publishes it; else it subscribes to it
	runtime   bool // the name behind it is the runtime's, not the node's
}

// rights is the whole table: what is not here is refused. A node also subscribes to its own inbox at either door, and
// publishes one answer to each question that reached it.
func rights() []right {
	return []right{
		{subject: bus.SubjectClaim, sends: true},
		{subject: bus.SubjectRenew, sends: true},
		{subject: bus.SubjectBeat, sends: true},
		{subject: bus.SubjectAsk},
		{subject: bus.SubjectTell},
		{subject: bus.SubjectRing, runtime: true},
		{subject: bus.SubjectBatch, ingestion: true, sends: true},
		{subject: bus.SubjectDone, ingestion: true, sends: true},
		{subject: bus.SubjectBase, ingestion: true, sends: true},
	}
}

// permissions are the rights of a node at a door, in the server's words.
func permissions(id Identity, ingestion bool) *natsserver.Permissions {
	p := &natsserver.Permissions{
		Publish:   &natsserver.SubjectPermission{},
		Subscribe: &natsserver.SubjectPermission{Allow: []string{inbox(id.Node) + ">"}},
	}
	for _, r := range rights() {
		if r.ingestion != ingestion {
			continue
		}
		name := id.Node
		if r.runtime {
			name = id.Runtime
		}
		if r.sends {
			p.Publish.Allow = append(p.Publish.Allow, address(r.subject, name))
		} else {
			p.Subscribe.Allow = append(p.Subscribe.Allow, address(r.subject, name))
		}
	}
	if !ingestion {
		p.Response = &natsserver.ResponsePermission{MaxMsgs: 1, Expires: maxAsk}
	}
	return p
}

// address is where a message about a subject goes.
func address(s bus.Subject, name string) string { return string(s) + "." + name }

// inbox is the prefix of all addresses at which a node takes answers, with its last dot.
func inbox(node string) string { return inboxPrefix + "." + node + "." }

// parse takes an address apart. ok is false when it is none of ours.
func parse(subject string) (s bus.Subject, name string, ok bool) {
	head, name, ok := strings.Cut(subject, ".")
	return bus.Subject(head), name, ok && isName(name)
}

// isName reports whether a name can stand in a subject as one token.
func isName(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '.' || r == '*' || r == '>' || r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}
