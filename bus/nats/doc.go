// Package nats carries the bus over NATS: a server without persistence embedded in the account, and the client of a
// node, which reaches it by two WebSocket connections.
//
// A *door* is one of the two ways in: the account door (claims, renewals, beats; rings, tells and asks come back) and
// the ingestion door (batches, dones, bases). A door is an http.Handler that relays an upgraded connection to the
// embedded server, which listens on a loopback port only, and marks it with a secret that lives as long as the
// process. The *gate* of the server admits nothing without such a mark: whoever finds the loopback port has no use for
// it. It then asks for the node's bearer token, and gives the connection the rights that one table (rights.go) holds
// for that node at that door, until the token's deadline.
//
// A node's *inbox* is where answers to its requests arrive. No other node can listen there, and the account answers
// nowhere else, so that a node can't have answers sent to a neighbour. A *session* is one connection of a node; a new
// one replaces it before its token ends.
//
// Subjects are <subject>.<node>, and ring.<runtime>. The payloads are the messages of package bus, unchanged.
package nats
