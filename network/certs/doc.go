// Package certs is the account's own certificate authority, and how a client holds on to it.
//
// The *authority* is a key and a self-signed certificate made at the first start, for ten years; from it come the
// *server certificates* of the account, for 90 days, renewed while running when two thirds of that have passed. The
// *pin* is the base64url SHA-256 of the authority's SubjectPublicKeyInfo (as in RFC 7469 §2.4, in another alphabet):
// it travels in the authentication key of a runtime, so that a node knows the account before it has talked to it.
//
// A client with a pin accepts a chain that ends in the authority with that pin and nothing else: the roots of its
// machine do not count, and neither does the chain of a proxy that inspects TLS, which is named in the fault.
package certs
