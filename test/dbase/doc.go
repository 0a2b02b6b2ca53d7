// Package dbase is a connector that no build of Purlieu brings: it stands for what others write. It reads a folder of
// dBASE tables (.dbf), and purlieu-runtime-dbase is a runtime with it. The tests of the house announce it to an account that
// has never heard of it; docs/connectors.md goes through it.
//
// The *folder* is the source; each *table* in it is a file, whose *header* says how many records there are and how each is
// divided into fields. Nothing behind the header is read.
package dbase
