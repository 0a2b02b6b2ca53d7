package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/server"
)

// serve runs a real account in a folder until the test ends.
func serve(t *testing.T, data, plain string) {
	t.Helper()
	srv, err := server.New(t.Context(), server.Config{Data: data, Listen: "127.0.0.1:0", Plain: plain, Kinds: kinds(all.All()), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- srv.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatal("the server ended")
	}
}

func TestALinkOfTheAdministratorSignsIn(t *testing.T) {
	const answers = "ada\ncorrect horse battery\ncorrect horse battery\n"
	t.Run("without TLS on this machine", func(t *testing.T) {
		s, data := newShell(t), t.TempDir()
		serve(t, data, "127.0.0.1:0")
		s.stdin = s.run(0, "admin", "link", "--data", data) + answers
		s.run(0, "login", "--link", "-")
		s.shows("Signed in to http://127.0.0.1:")
	})
	t.Run("with the account's own authority", func(t *testing.T) {
		s, data := newShell(t), t.TempDir()
		serve(t, data, "")
		s.stdin = s.run(0, "admin", "link", "--data", data) + answers
		s.shows("https://127.0.0.1:", "purlieu admin ca", "--ca")
		ca := filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, []byte(s.run(0, "admin", "ca", "--data", data)), 0o600); err != nil {
			t.Fatal(err)
		}
		s.run(0, "login", "--link", "-", "--ca", ca)
	})
}

func TestNoCommandOfTheAdministratorMakesAnAccount(t *testing.T) {
	s := newShell(t)
	for _, command := range []string{"link", "ca", "dump"} {
		data := filepath.Join(t.TempDir(), "nowhere")
		s.run(4, "admin", command, "--data", data)
		s.shows("no account", "--data")
		if _, err := os.Stat(data); !os.IsNotExist(err) {
			t.Errorf("admin %s left something in %s: %v", command, data, err)
		}
	}
	data := t.TempDir()
	srv, err := server.New(t.Context(), server.Config{Data: data, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	if s.run(5, "admin", "link", "--data", data); !strings.Contains(s.err, "purlieu server") {
		t.Error(s.err)
	}
}
