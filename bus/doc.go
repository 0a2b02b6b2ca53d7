// Package bus is what server and node say to each other: a closed set of typed messages, and the contract of the
// transport that carries them.
//
// A *claim* asks for work, a *renewal* keeps it, a *batch* carries facts and is answered by a *receipt*, *done* ends
// an attempt, *base* asks what the last finished run saw, a *beat* says that the node lives, a *ring* that work may be
// waiting, an *ask* questions. An *order* is what people have told a node: every answer to a claim or renewal repeats
// them all, and a *tell* has the node ask at once. State lives in the account's store, motion here: the bus may forget
// everything at any moment and nothing is lost. The transport is bus/nats; bustest gives the simulated one.
//
// Messages are CBOR (RFC 8949) with integer keys, decoded under bounds; unknown fields are ignored, and every
// message carries the version it was written in. No type here can hold a sampled value or a secret.
package bus
