package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// node is an enrolled machine: its state folder, its folder of secrets, and its process while it runs.
type node struct {
	t       testing.TB
	account *account
	name    string
	dir     string
	process *process
}

// runtime makes a runtime and gives its first key.
func (a *account) runtime(name string) (key string) {
	a.t.Helper()
	a.purlieu("runtime", "add", name)
	return a.keys(name)[0]
}

func (a *account) keys(runtime string) [2]string {
	a.t.Helper()
	var keys struct{ AuthKey1, AuthKey2 string }
	a.rest("POST", "/scan/integrationRuntimes/"+runtime+":listAuthKeys", nil, &keys)
	return [2]string{keys.AuthKey1, keys.AuthKey2}
}

// machine is a folder that could become a node. Its vault holds the source's password.
func (a *account) machine(name string) *node {
	a.t.Helper()
	n := &node{t: a.t, account: a, name: name, dir: filepath.Join(a.dir, "node-"+name)}
	n.write("secrets/shop-password", theHouse.password+"\n")
	return n
}

func (n *node) write(file, text string) string {
	n.t.Helper()
	path := filepath.Join(n.dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		n.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		n.t.Fatal(err)
	}
	return path
}

func (n *node) state() string { return filepath.Join(n.dir, "state") }

// try runs a command of the node with its state folder.
func (n *node) try(args ...string) result {
	n.t.Helper()
	return run(n.t, []string{"PURLIEU_RUNTIME_STATE=" + n.state()}, "", n.account.programs.node, args...)
}

// runtime runs a command of the node, which must succeed.
func (n *node) runtime(args ...string) string {
	n.t.Helper()
	r := n.try(args...)
	if r.code != 0 {
		n.t.Fatalf("purlieu-runtime %s: %s", strings.Join(args, " "), r)
	}
	return r.out
}

// enrol enrols the machine with a key from standard input.
func (n *node) enrol(key string, flags ...string) result {
	n.t.Helper()
	args := append([]string{"enrol", "--name", n.name}, flags...)
	return run(n.t, []string{"PURLIEU_RUNTIME_STATE=" + n.state()}, key+"\n", n.account.programs.node, args...)
}

// node enrols a machine, lets it reach a source with the source's password, and starts it.
func (a *account) node(key, name string, s *source) *node {
	a.t.Helper()
	n := a.enrolled(key, name)
	n.allow(s)
	n.start()
	return n
}

// enrolled enrols a machine, which is not started.
func (a *account) enrolled(key, name string) *node {
	a.t.Helper()
	n := a.machine(name)
	if r := n.enrol(key); r.code != 0 {
		a.t.Fatalf("enrol %s: %s", name, r)
	}
	return n
}

func (n *node) allow(s *source) {
	n.t.Helper()
	n.runtime("policy", "allow", "--source", s.address())
	n.runtime("policy", "allow", "--secret", "file:shop-password", "--source", s.address(), "--plaintext")
}

// launch starts the node's process and does not wait for it.
func (n *node) launch(env ...string) {
	n.t.Helper()
	n.process = start(n.t, "node-"+n.name, n.account.dir, append(env, "PURLIEU_RUNTIME_STATE="+n.state()), n.account.programs.node,
		"run", "--vault-file", filepath.Join(n.dir, "secrets"), "--log-level", "debug")
}

// start starts the node and waits until it is connected.
func (n *node) start(env ...string) {
	n.t.Helper()
	n.launch(env...)
	until(n.t, 20*time.Second, "the node "+n.name+" is connected", func() bool {
		if !n.process.running() {
			n.t.Fatalf("the node ended: %s", tail(n.process.log))
		}
		s := n.status()
		return s.PID == n.process.cmd.Process.Pid && s.Connected
	})
}

// nodeStatus is the part of the node's status that tests look at.
type nodeStatus struct {
	PID       int
	State     string
	Connected bool
	Attempts  int
	Held      int
	Unsent    int
	Drained   bool
	// TroubleCode is why it is not connected.
	TroubleCode string
}

// status is what the node wrote down about itself; the zero value when it has not yet.
func (n *node) status() (s nodeStatus) {
	text, err := os.ReadFile(filepath.Join(n.state(), "status.json"))
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nodeStatus{}
	}
	return s
}
