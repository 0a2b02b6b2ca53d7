package bus

import "context"

// Link is a node's way to the account. Request never blocks: answered is called later, on the node's own loop, once,
// with an answer or an error (fault.Unreachable when the account could not be asked, or did not answer in time;
// then it may still have acted). The payload belongs to the link from then on.
type Link interface {
	Request(subject Subject, payload []byte, answered func(answer []byte, err error))
}

// Handler is the account's side: it answers one request of one authenticated node. It may be called from many
// goroutines at once, and again for a message that the bus doubled. An error means no answer: the node asks again.
type Handler interface {
	Handle(ctx context.Context, node string, subject Subject, payload []byte) ([]byte, error)
}

// Caller is the account's way to its nodes; nothing that matters depends on it.
type Caller interface {
	// Ring says to the nodes of a runtime that work may be waiting.
	Ring(runtime string)
	// Tell sends an order to a node, if it is there.
	Tell(node string, order Tell)
	// Ask puts a question to one node and waits for its answer.
	Ask(ctx context.Context, node string, question Ask) (Answer, error)
}
