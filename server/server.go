// Package server is the control plane of an account: the data map, its doors, and the account's side of the bus.
//
// A *replica* is one process of it; replicas share a store. server.go only constructs and starts: the rooms are in
// server/internal.
package server
