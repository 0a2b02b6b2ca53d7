// Package hub is the account's end of the bus: a NATS server without persistence, embedded in the account.
//
// A *door* is one of the two ways in (see package nats). It is an http.Handler that relays an upgraded connection to the
// embedded server, which listens on a loopback port only, and marks it with a secret that lives as long as the
// process. The *gate* of the server admits nothing without such a mark: whoever finds the loopback port has no use for
// it. It then asks for the node's bearer token, and gives the connection the rights that the table of package nats
// holds for that node at that door, until the token's deadline.
package hub
