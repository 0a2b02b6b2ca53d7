package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/stream"
	"github.com/purlieu/purlieu/server"
)

// asProgram makes the test binary the program itself.
const asProgram = "PURLIEU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) == 2 && os.Args[1] == workerWord { // a worker gets no environment
		main()
	}
	os.Exit(m.Run())
}

// child is the built-in node as a process of its own, whose parent is the test.
type child struct {
	stream   stream.Listener
	enrolled chan struct{} // closed once it has read that it is in, and asks for more
	ended    chan error
	errs     *strings.Builder // complete once it has ended
}

func startChild(t *testing.T, state string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{enrolled: make(chan struct{}), ended: make(chan error, 1), errs: &strings.Builder{}}
	cmd := exec.Command(self, "built-in-node", "--state", state)
	cmd.Env, cmd.Stderr = append(os.Environ(), asProgram+"=1"), c.errs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	go func() { c.ended <- cmd.Wait() }()
	if c.stream, err = stream.Listen(stream.Pipes(out, in)); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+server.BuiltInEnrolPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(model.Enrolment{Account: "account", Node: "built-in--server", Runtime: model.BuiltInRuntime, ReceiptKey: make([]byte, 32)})
	})
	var once sync.Once
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { close(c.enrolled) })
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	account := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = account.Serve(c.stream) }()
	t.Cleanup(func() { _ = account.Close() })
	return c
}

// end waits for the child and gives what it said.
func (c *child) end(t *testing.T) (string, error) {
	t.Helper()
	select {
	case err := <-c.ended:
		return c.errs.String(), err
	case <-time.After(time.Minute):
		t.Fatal("the built-in node does not end")
	}
	return "", nil
}

func TestABuiltInNodeWithABadPolicyEndsAndSaysWhy(t *testing.T) {
	state := t.TempDir()
	if err := os.WriteFile(filepath.Join(state, "policy.yaml"), []byte("deny: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := startChild(t, state)
	said, err := c.end(t)
	if err == nil || !strings.Contains(said, "policy") {
		t.Errorf("it ended with %v and said %q", err, said)
	}
}

func TestABuiltInNodeEndsWithItsServer(t *testing.T) {
	c := startChild(t, t.TempDir())
	select {
	case <-c.enrolled:
	case <-time.After(time.Minute):
		t.Fatal("it does not enrol")
	}
	_ = c.stream.Close()
	if said, err := c.end(t); err != nil {
		t.Errorf("it ended with %v and said %q", err, said)
	}
}

// A system ends a program that writes to a standard output which nobody reads. The node ends by itself, and its workers before it.
func TestABuiltInNodeWhoseServerIsGoneIsNotKilledByWhatItWrites(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "built-in-node", "--state", t.TempDir())
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if _, err = cmd.StdinPipe(); err != nil { // open, so that only what it writes tells it
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = write
	_ = read.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	if err := cmd.Wait(); !cmd.ProcessState.Exited() {
		t.Error(err)
	}
}

func TestTheBuiltInNodeReachesNeitherDoorNorStoreOfItsOwnAccount(t *testing.T) {
	_, lan, err := net.ParseCIDR("192.0.2.0/24")
	if err != nil {
		t.Fatal(err)
	}
	lan.IP = net.IPv4(192, 0, 2, 7)
	here := func() ([]net.Addr, error) { return []net.Addr{lan}, nil }
	names := map[string][]netip.Addr{"db.example.com": {netip.MustParseAddr("192.0.2.50"), netip.MustParseAddr("2001:db8::50")}, "here.example.com": {netip.MustParseAddr("192.0.2.7")}}
	g := guard{doors: []int{8443, 8480}, store: []string{"db.example.com:5432", "here.example.com:6432"}, own: here, resolve: func(host string) ([]netip.Addr, error) {
		if list, ok := names[host]; ok {
			return list, nil
		}
		return nil, errors.New("no such name")
	}}
	for _, c := range []struct {
		addr string
		port int
		code string
	}{
		{"127.0.0.1", 8443, "OwnListener"},
		{"127.9.9.9", 8480, "OwnListener"},
		{"::1", 8443, "OwnListener"},
		{"::ffff:127.0.0.1", 8443, "OwnListener"},
		{"0.0.0.0", 8443, "OwnListener"},
		{"::", 8443, "OwnListener"},
		{"192.0.2.7", 8443, "OwnListener"},
		{"::ffff:192.0.2.7", 8480, "OwnListener"},
		{"192.0.2.7", 5432, ""},
		{"192.0.2.8", 8443, ""},
		{"127.0.0.1", 5432, ""},
		{"192.0.2.50", 5432, "OwnStore"},
		{"::ffff:192.0.2.50", 5432, "OwnStore"},
		{"2001:db8::50", 5432, "OwnStore"},
		{"192.0.2.50", 5433, ""},
		{"192.0.2.51", 5432, ""},
		{"192.0.2.7", 6432, "OwnStore"},
		{"127.0.0.1", 6432, "OwnStore"}, // the store listens here on every address
		{"192.0.2.8", 6432, ""},
	} {
		if err := g.refuse("a.name", netip.MustParseAddr(c.addr), c.port); fault.CodeOf(err) != c.code || (err == nil) != (c.code == "") {
			t.Errorf("%s port %d: %v", c.addr, c.port, err)
		}
	}
	if err := g.refuse("DB.example.com.", netip.MustParseAddr("192.0.2.99"), 5432); fault.CodeOf(err) != "OwnStore" {
		t.Errorf("the store's name leads elsewhere by now: %v", err)
	}
	blind := guard{doors: []int{8443}, store: []string{"nowhere.example.com:5432"}, own: func() ([]net.Addr, error) { return nil, errors.New("no list") }, resolve: g.resolve}
	for _, port := range []int{8443, 5432} {
		if blind.refuse("", netip.MustParseAddr("192.0.2.7"), port) == nil {
			t.Errorf("port %d: an address that can't be judged is let through", port)
		}
	}
}
