// Package fleet holds integration runtimes and their nodes: keys, enrolment, tokens and beats.
//
// A *runtime* is a named pool that runs scans; a *node* is one process of it. An *authentication key* of a runtime
// lets a new node in: *enrolment* binds the node's name to the public key that was made on its machine. From then on
// the node proves itself by signing a *nonce* of the account, and gets a token of ten minutes. *Removing* a node frees
// its name, *revoking* it keeps the name taken; both count at once, on every replica, since each token is judged by
// the node's document. A *beat* says that a node lives.
//
// Configuration lives in documents: "runtime" by name, "runtimeid" by guid holds the name, "node" by bus.NodeID.
// Beats live in memory and are written at most once a minute. Nothing here starts a goroutine.
package fleet
