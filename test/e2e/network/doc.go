// Package network tests the house across networks: a node that stands behind a firewall, and behind a proxy.
//
// A *network* is a Linux network namespace. There are three. The *cellar* is private: PostgreSQL and the node are in
// it, and its only neighbour is the *gate*, which is a firewall (nftables) and can be a proxy (squid). Behind the gate
// is the *hub*, where the account is. What comes out of the cellar and is not expected is a *stray*: the gate drops
// and counts it, and notes where it wanted to go. All addresses are from 198.18.0.0/15, which RFC 2544 keeps for tests.
//
// Making networks takes root. The tests are skipped, aloud, where that or a program is missing. A network has no name:
// the kernel removes it with its last process, however that ended, and processes end with the test's.
//
// The few lines that start processes are like those of test/e2e, which knows one network only.
package network
