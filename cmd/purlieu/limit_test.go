package main

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node"
)

func TestAKeyEnrolsNoMoreThanItMay(t *testing.T) {
	s := signedIn(t)
	s.run(0, "runtime", "add", "edge")
	key := strings.TrimSpace(s.run(0, "runtime", "keys", "edge", "--plain"))
	enrol := func(name string) string {
		_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: key, Name: name, StateDir: t.TempDir(), Version: "test"})
		return fault.CodeOf(err)
	}
	s.run(0, "runtime", "limit", "edge", "--key", "1")
	s.shows("any number of nodes, without end")
	s.run(0, "runtime", "limit", "edge", "--key", "1", "--nodes", "1")
	s.shows("up to 1 node,")
	if first, second := enrol("one"), enrol("two"); first != "" || second != "KeyExhausted" {
		t.Fatalf("of two nodes the first is told %q, the second %q", first, second)
	}
	_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: key, Name: "two", StateDir: t.TempDir(), Version: "test"})
	if err == nil || !strings.Contains(err.Error(), "purlieu runtime limit edge --key 1 --nodes 2") {
		t.Errorf("what raises the limit is not said: %v", err)
	}
	s.run(0, "runtime", "limit", "edge", "--key", "1", "--expires", "2001-01-01T00:00:00Z")
	s.shows("up to 1 node,", "until 2001-01-01", "has enrolled 1")
	s.run(0, "runtime", "limit", "edge", "--key", "1", "--nodes", "0")
	if code := enrol("three"); code == "" {
		t.Fatal("a key that has expired enrols")
	}
	s.run(0, "runtime", "limit", "edge", "--key", "1", "--expires", "never")
	if code := enrol("three"); code != "" {
		t.Fatal(code)
	}
	s.run(1, "runtime", "limit", "edge", "--key", "1", "--expires", "tomorrow")
	s.shows("2030-01-31T18:00:00Z")
	s.run(0, "runtime", "limit", "edge", "--key", "2", "--nodes", "7")
	s.run(0, "runtime", "limit", "edge")
	s.shows("Key 1 of edge enrols any number of nodes, without end. It has enrolled 2.", "Key 2 of edge enrols up to 7 nodes, without end. It has enrolled 0.")
	s.run(2, "runtime", "limit", "edge", "--nodes", "3")
	s.shows("--key 1 or --key 2")
	s.run(4, "runtime", "limit", "nowhere", "--key", "2")
}
