package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
)

// signedIn is a person at a real account.
func signedIn(t *testing.T) *shell {
	t.Helper()
	s, data := newShell(t), t.TempDir()
	delete(s.env, "PURLIEU_URL")
	delete(s.env, "PURLIEU_TOKEN")
	serve(t, data, "127.0.0.1:0")
	s.stdin = s.run(0, "admin", "link", "--data", data) + "ada\ncorrect horse battery\ncorrect horse battery\n"
	s.run(0, "login", "--link", "-")
	return s
}

func TestANodeThatWaitsIsLetIn(t *testing.T) {
	s := signedIn(t)
	s.run(0, "runtime", "add", "edge", "--approve")
	key := s.run(0, "runtime", "keys", "edge", "--plain")
	got, err := node.Enrol(t.Context(), node.EnrolOptions{Key: strings.TrimSpace(key), Name: "one", StateDir: t.TempDir(), Version: "test"})
	if err != nil || !got.State.Pending {
		t.Fatalf("pending %v: %v", got.State.Pending, err)
	}
	_, err = node.Enrol(t.Context(), node.EnrolOptions{Key: strings.TrimSpace(key), Name: "one", StateDir: t.TempDir(), Version: "test"})
	if fault.CodeOf(err) != "NameTaken" || !strings.Contains(err.Error(), "purlieu node remove edge one") {
		t.Error(err)
	}
	s.run(4, "node", "approve", "edge", "two")
	s.run(0, "node", "approve", "edge", "one")
	s.shows("one of edge may work")
	var list struct {
		Value []struct{ PendingApproval bool }
	}
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Get(t.Context(), "/manage/v1/runtimes/edge/nodes", &list); err != nil || len(list.Value) != 1 || list.Value[0].PendingApproval {
		t.Errorf("%+v %v", list, err)
	}
}

func TestTheKeyThatWasMadeAnewIsWritten(t *testing.T) {
	s := signedIn(t)
	s.run(0, "runtime", "add", "edge")
	first := s.run(0, "runtime", "keys", "edge", "--plain")
	for _, number := range []string{"1", "2"} {
		if _, err := model.ParseAuthKey(strings.TrimSpace(s.run(0, "runtime", "keys", "edge", "--regenerate", number, "--plain"))); err != nil {
			t.Errorf("key %s: %v", number, err)
		}
	}
	path := filepath.Join(t.TempDir(), "runtime.key")
	out := s.run(0, "runtime", "keys", "edge", "--out", path)
	s.shows(path, "Next: carry it", "purlieu-runtime enrol --key-file runtime.key")
	text, err := os.ReadFile(path)
	if strings.Contains(out+s.err, strings.TrimSpace(string(text))) {
		t.Error("a secret is on standard output")
	}
	if err != nil || string(text) == first {
		t.Errorf("%s is the old key, %v", text, err)
	}
	if _, err := model.ParseAuthKey(strings.TrimSpace(string(text))); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	s.run(1, "runtime", "keys", "edge", "--out", path)
	s.shows("--out", "it is there already")
	s.run(1, "runtime", "keys", "edge", "--out", filepath.Join(path, "in-a-file"))
	s.shows("not a directory")
	other := filepath.Join(t.TempDir(), "other.key")
	s.run(4, "runtime", "keys", "nowhere", "--out", other)
	if _, err := os.Stat(other); !os.IsNotExist(err) {
		t.Errorf("an empty key is left: %v", err)
	}
}

func TestANodeThatRestsSaysWhy(t *testing.T) {
	s := newShell(t)
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/status") {
			return false
		}
		_, _ = w.Write([]byte(`{"name": "built-in", "properties": {"typeProperties": {"nodes": [{"nodeName": "server", "status": "Resting"}]}}}`))
		return true
	})
	s.run(0, "node", "list", "built-in")
	s.shows("server", "Resting: starts when there is work")
}
