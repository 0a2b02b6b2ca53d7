// Package network is the only place where the product opens a socket.
//
// A *dialer* turns a name and a port into a connection in three steps that stay apart: it resolves the name, *decides*
// about each address on its own (so that a name can't smuggle in an address that is refused), and dials what was
// allowed, a little ahead of waiting for the slow ones. A *listener* waits on one address. What goes wrong has a code
// that names the step: NameNotFound, PolicyRefused, Refused, NoRoute, TimedOut.
//
// Beside it: proxy (ways through a CONNECT proxy), firewall (addresses that are refused unless named), endpoint (doors
// and private endpoints), certs (the account's authority and how a client holds on to it).
package network
