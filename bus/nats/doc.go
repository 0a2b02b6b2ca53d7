// Package nats carries the bus over NATS, as far as a node has to do with it: the link of a node to its account, and the
// table that both ends hold to. The account's end is the room hub; a node does not link it, nor the embedded server.
//
// A node reaches the account by two WebSocket connections, one through each *door*: the account door (claims, renewals,
// beats; rings, tells and asks come back) and the ingestion door (batches, dones, bases). One table (rights.go) holds
// what may travel through which.
//
// A node's *inbox* is where answers to its requests arrive. No other node can listen there, and the account answers
// nowhere else, so that a node can't have answers sent to a neighbour. A *session* is one connection of a node; a new
// one replaces it before its token ends.
//
// Subjects are <subject>.<node>, and ring.<runtime>. The payloads are the messages of package bus, unchanged.
package nats
