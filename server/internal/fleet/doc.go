// Package fleet holds integration runtimes and their nodes: keys, enrolment, tokens and beats.
//
// A *runtime* is a named pool that runs scans; a *node* is one process of it. An *authentication key* of a runtime
// lets a new node in: *enrolment* binds the node's name to the public key that was made on its machine. From then on
// the node proves itself by signing a *nonce* of the account, and gets a token of ten minutes. *Removing* a node frees
// its name, *revoking* it keeps the name taken; both count at once, on every replica, since each token is judged by
// the node's document. A *beat* says that a node lives. An *order* is what a person has told a node: to *drain*, that is to
// finish what it holds and claim no more, or to *rotate* its key. Orders are kept in the node's document until they are taken back or done; the bus only
// carries them (bus.Orders).
//
// Configuration lives in documents: "runtime" by name, "runtimeid" by guid holds the name, "node" by bus.NodeID.
// Beats live in memory and are written at most once a minute. Nothing here starts a goroutine.
package fleet
