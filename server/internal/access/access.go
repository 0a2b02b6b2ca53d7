// Package access decides who may do what: principals, roles on collections, tokens and sign-in.
//
// A *principal* is who asks: a person, a script or a node. A *role* is held on a *collection* and inherited by the
// collections below it. Roles are read at each request, never from a token. Callers ask before they act.
package access

import "time"

// Principal is who asks, once authenticated.
type Principal struct {
	ID   string // stable: "user:…", "app:…", "node:<NodeID>"
	Name string // for people
	Node string // bus.NodeID of a node; "" for all others
	// Enrolment is, of a node, the one that its token was given for.
	Enrolment string
	// Expires is when the token that was shown runs out.
	Expires time.Time
}

// Action is what a principal wants to do on a collection.
type Action string

// The actions, as the published roles name them.
const (
	ReadSource      Action = "source/read"
	WriteSource     Action = "source/write"
	ReadScan        Action = "scan/read"
	WriteScan       Action = "scan/write"
	ReadData        Action = "data/read"
	WriteData       Action = "data/write"
	ReadCollection  Action = "collection/read"
	WriteCollection Action = "collection/write"
	// WriteNetwork and WriteRuntime are held on the root collection.
	WriteNetwork Action = "network/write"
	ReadRuntime  Action = "runtime/read"
	WriteRuntime Action = "runtime/write"
)

// Actions gives all actions.
func Actions() []Action {
	return []Action{
		ReadSource, WriteSource, ReadScan, WriteScan, ReadData, WriteData, ReadCollection, WriteCollection, WriteNetwork, ReadRuntime,
		WriteRuntime,
	}
}

// RootCollection is the name of the collection that every account has.
const RootCollection = "root"
