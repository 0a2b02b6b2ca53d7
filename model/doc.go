// Package model holds the words of the business, as plain data, for server and node alike.
//
// A *source* is a registered data source of a *kind*; its *authority* fixes its identity in the account. A *scan*
// is a named configuration on a source, a *run* one execution of it, a *unit* an independently retryable part of a
// run, an *attempt* one try at a unit by one node. What an attempt finds are *assets* with *columns*, *measures* and
// *lineage*; what it could not read is a *gap*. An asset's identity is (authority, path): Path is the list of its
// names below the authority, each escaped by EscapeName and joined with '/'.
//
// The types here have stable CBOR field numbers, since they travel between worker, node and server: a field is added
// with the next number, never renumbered, and unknown numbers are ignored by readers. Nothing here does I/O.
package model
