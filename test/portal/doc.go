// Package portal proves the portal in a real Chromium. A *world* is what its pages are looked at in: the demo, which is
// an account with a node, a shop in PostgreSQL and a tree of files, really scanned; an account with nothing in it; and
// people with all rights, with a reader's, with those over the sources of one collection, and with none. What is done in the browser stands in web/browser: this
// package starts the world, runs that, and reports each of its tests as one of its own.
package portal
