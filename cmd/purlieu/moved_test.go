package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
)

// during runs a server while a function does something with it, and gives what it said.
func during(t *testing.T, data, listen, plain string, do func()) string {
	t.Helper()
	log := &bytes.Buffer{} // what writes to it takes turns
	srv, err := server.New(t.Context(), server.Config{Data: data, Listen: listen, Plain: plain, Kinds: kinds(all.All()), Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- srv.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal("the server ended: ", err)
	}
	do()
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// places are addresses on this machine at which nobody listens. Their ports are below those that a system gives to
// connections by itself, so that they are still free when a server comes back to one.
func places(t *testing.T, n int) (list []string) {
	t.Helper()
	for range 200 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 14000+rand.IntN(6000)))
		if err != nil {
			continue
		}
		defer l.Close() // at the end of all: so they differ
		if list = append(list, l.Addr().String()); len(list) == n {
			return list
		}
	}
	t.Fatal("no free ports on loopback")
	return nil
}

func TestAServerThatComesBackElsewhereSaysWhoDoesNotKnow(t *testing.T) {
	s, data, at := newShell(t), t.TempDir(), places(t, 4)
	first, second, plain, other := at[0], at[1], at[2], at[3]
	delete(s.env, "PURLIEU_URL")
	delete(s.env, "PURLIEU_TOKEN")
	nothing := func() {}
	enrol := func(name string) {
		key := s.run(0, "runtime", "keys", "edge", "--plain")
		if _, err := node.Enrol(t.Context(), node.EnrolOptions{Key: strings.TrimSpace(key), Name: name, StateDir: t.TempDir(), Version: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(said string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("%q is missing in\n%s", w, said)
			}
		}
	}
	never := func(said string, words ...string) {
		t.Helper()
		for _, w := range words {
			if strings.Contains(said, w) {
				t.Errorf("%q is in\n%s", w, said)
			}
		}
	}
	const moved, unseen = "the account has moved", "nodes know the account by another address"
	never(during(t, data, first, plain, func() {
		s.stdin = s.run(0, "admin", "link", "--data", data) + "ada\ncorrect horse battery\ncorrect horse battery\n"
		s.run(0, "login", "--link", "-")
		s.run(0, "runtime", "add", "edge")
		enrol("early")
	}), moved, unseen)
	never(during(t, data, first, plain, nothing), moved, unseen)
	said := during(t, data, second, plain, func() { enrol("late") })
	has(said, moved, unseen, "--listen", "enrol --again", "was=https://"+first, "now=https://"+second, "nodes=edge/early\n")
	said = during(t, data, second, other, nothing)
	has(said, moved, "was=http://"+plain, unseen, "nodes=edge/early\n") // each time, for it has not come
	said = during(t, data, second, other, nothing)
	has(said, unseen)
	never(said, moved)
	said = during(t, data, first, other, nothing) // back where it was: now it is the other that does not find it
	has(said, moved, unseen, "was=https://"+second, "nodes=edge/late\n")
	never(said, "edge/early")
}
