package hub

import (
	"strings"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
)

// answerPrefix begins the subjects on which answers travel to the account, from nodes that it asked.
const answerPrefix = "_ANSWER"

// permissions are the rights of a node at a door, in the server's words.
func permissions(id Identity, ingestion bool) *natsserver.Permissions {
	p := &natsserver.Permissions{
		Publish:   &natsserver.SubjectPermission{},
		Subscribe: &natsserver.SubjectPermission{Allow: []string{nats.Inbox(id.Node) + ">"}},
	}
	for _, r := range nats.Rights() {
		if r.Ingestion != ingestion {
			continue
		}
		name := id.Node
		if r.Runtime {
			name = id.Runtime
		}
		if r.Sends {
			p.Publish.Allow = append(p.Publish.Allow, nats.Address(r.Subject, name))
		} else {
			p.Subscribe.Allow = append(p.Subscribe.Allow, nats.Address(r.Subject, name))
		}
	}
	if !ingestion {
		p.Response = &natsserver.ResponsePermission{MaxMsgs: 1, Expires: nats.MaxAsk}
	}
	return p
}

// parse takes an address apart. ok is false when it is none of ours.
func parse(subject string) (s bus.Subject, name string, ok bool) {
	head, name, ok := strings.Cut(subject, ".")
	return bus.Subject(head), name, ok && nats.IsName(name)
}
