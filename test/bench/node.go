package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// node is a `purlieu-runtime` in a process of its own.
type node struct {
	dir, bin string
	cmd      *exec.Cmd
}

// startNode enrols a node, lets it reach the source, starts it and waits until the account sees it.
func startNode(a *account, s *source, name string) (*node, error) {
	n := &node{dir: filepath.Join(a.dir, name), bin: filepath.Join(a.bin, "purlieu-runtime")}
	secrets := filepath.Join(n.dir, "secrets")
	if err := os.MkdirAll(secrets, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(secrets, "bench"), []byte(s.Password), 0o600); err != nil {
		return nil, err
	}
	var keys struct {
		Key string `json:"authKey1"`
	}
	if err := a.rest.Do(context.Background(), http.MethodPost, "/scan/integrationRuntimes/edge:listAuthKeys", nil, &keys); err != nil {
		return nil, err
	}
	at := fmt.Sprintf("PostgreSql://%s:%d", s.Host, s.Port)
	env := []string{"PURLIEU_BENCH_KEY=" + keys.Key}
	for _, args := range [][]string{
		{"enrol", "--state", n.state(), "--key-env", "PURLIEU_BENCH_KEY", "--name", name},
		{"policy", "allow", "--state", n.state(), "--source", at},
		{"policy", "allow", "--state", n.state(), "--secret", "file:bench", "--source", at, "--plaintext"},
	} {
		if _, err := call(n.bin, env, args...); err != nil {
			return nil, err
		}
	}
	var err error
	if n.cmd, err = begin(filepath.Join(a.dir, name+".log"), n.bin, nil, "run", "--state", n.state(), "--vault-file", secrets); err != nil {
		return nil, err
	}
	if err := until("the node's connection", 20*time.Second, func() bool {
		out, err := exec.Command(n.bin, "status", "--state", n.state()).Output() //nolint:gosec // own binary
		return err == nil && len(out) > 0
	}); err != nil {
		n.stop()
		return nil, err
	}
	return n, nil
}

func (n *node) state() string { return filepath.Join(n.dir, "state") }

func (n *node) stop() { end(n.cmd) }

// sealed is one line of a node's ledger, as far as it is of interest here.
type sealed struct {
	Time    time.Time `json:"t"`
	Kind    string    `json:"kind"`
	Attempt uint32    `json:"attempt"`
}

// ledger reads the messages that were sealed at or after a time.
func (n *node) ledger(since time.Time) ([]sealed, error) {
	files, err := filepath.Glob(filepath.Join(n.state(), "outbox", "ledger-*"))
	if err != nil {
		return nil, err
	}
	var out []sealed
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var line sealed
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				break // the line that is being written
			}
			if (line.Kind == "batch" || line.Kind == "done") && !line.Time.Before(since) {
				out = append(out, line)
			}
		}
		_ = f.Close()
	}
	return out, nil
}
