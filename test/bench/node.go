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

// startNode enrols a node that may reach a source.
func startNode(a *account, s *source, name string) (*node, error) {
	at := fmt.Sprintf("PostgreSql://%s:%d", s.Host, s.Port)
	return enrolNode(a, name, s.Password, []string{"--source", at}, []string{"--secret", "file:bench", "--source", at, "--plaintext"})
}

// enrolNode enrols a node with what its policy allows, starts it and waits until the account sees it.
func enrolNode(a *account, name, password string, allowed ...[]string) (*node, error) {
	n := &node{dir: filepath.Join(a.dir, name), bin: filepath.Join(a.bin, "purlieu-runtime")}
	secrets := filepath.Join(n.dir, "secrets")
	if err := os.MkdirAll(secrets, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(secrets, "bench"), []byte(password), 0o600); err != nil {
		return nil, err
	}
	var keys struct {
		Key string `json:"authKey1"`
	}
	if err := a.rest.Do(context.Background(), http.MethodPost, "/scan/integrationRuntimes/edge:listAuthKeys", nil, &keys); err != nil {
		return nil, err
	}
	env := []string{"PURLIEU_BENCH_KEY=" + keys.Key}
	commands := [][]string{{"enrol", "--state", n.state(), "--key-env", "PURLIEU_BENCH_KEY", "--name", name}}
	for _, what := range allowed {
		commands = append(commands, append([]string{"policy", "allow", "--state", n.state()}, what...))
	}
	for _, args := range commands {
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
