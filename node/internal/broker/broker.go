// Package broker starts and bounds workers, and hands them the connections that policy allows.
//
// A *worker* is a child process that serves one source with one credential, one attempt at a time, and is kept idle
// for a while after each. It may be owned by what it reads: the supervisor decodes its frames under bounds, *judges*
// every fact again (below the unit's root, in scope, of declared types, of bounded size), and kills a worker that
// misbehaves, grows too big or takes too long. A killed worker is a failed attempt, never a dead node.
// A *guest* is a running attempt at the dial socket: it shows a token and names a host and port; the supervisor
// decides, dials, and passes or relays the connection. Nothing here stops a subverted worker from dialling by itself:
// that takes an isolated network.
//
// A connector has one connection to its source at a time: how many there are at one place is bounded by how many jobs
// read there (the *crowd*). What a killed worker left is the source's to notice.
//
// A *question* of the account (test a connection, browse) goes to a fresh worker of its own, with secrets and
// connections as an attempt has them.
package broker

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// Launcher runs attempts in workers. There is no in-process mode outside the simulated world.
type Launcher interface {
	// Start begins an attempt and returns at once. base gives the bases of the unit's containers; nil: there are none.
	// Everything that the attempt yields arrives at sink, on the node's own loop. The result of a start that fails
	// arrives there too.
	Start(grant bus.Grant, base Base, sink Sink) Worker
}

// Base gives the bases of a unit's containers, a piece at a time, so that nobody holds them whole: it calls give once,
// with the next piece and whether there is more behind it. It is called on the node's loop and calls give there, perhaps
// much later, and never where the attempt has ended meanwhile.
type Base func(give func(piece []bus.BaseBlock, more bool))

// Worker is a running attempt.
type Worker interface {
	// Stop ends the attempt: the query in the source is cancelled, and the process killed when it does not end by
	// itself within two seconds. The sink hears no more.
	Stop()
}

// Sink hears what an attempt yields. All calls come on the node's loop, in order; End is the last.
type Sink interface {
	// Facts were decoded under bounds and passed filter and policy. No more facts come until release is called, and the
	// worker is read one piece further at most: that is the back-pressure. With the release their memory is the broker's
	// again: nothing of them may be kept but texts.
	Facts(facts bus.Facts, release func())
	// End may come before the last facts are released.
	End(Result)
}

// Result is how an attempt ended, in the supervisor's judgement.
type Result struct {
	Outcome bus.Outcome
	Code    string
	Remedy  string
	Retry   bool
	Assets  uint64 // seen, changed or not
	Listed  []model.Listed
	// Identity is which source was reached, and as whom, in the worker's words.
	Identity model.Identity
}
