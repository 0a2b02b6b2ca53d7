// Package e2e tests the house from outside: real server and node processes, a real PostgreSQL, real kills.
//
// An *account* is a purlieu server process with a data folder of its own and a signed-in person, who works through the
// client like any other; a *node* is a purlieu-runtime process with a state folder. Both are built once, from this
// tree; a second build has failpoints. A *source* is a database of one PostgreSQL server that all tests share, with
// the login "scanner". Every process listens on loopback and is ended by its own id.
package e2e

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/purlieu/purlieu/test/pgserver"
)

// house is what all tests share. Everything in it is made when it is first needed.
type house struct {
	dir      string
	usual    func() (programs, error)
	deadly   func() (programs, error) // with failpoints
	foreign  func() (string, error)   // a runtime with a connector that the server has never heard of
	postgres func() (*pgserver.Server, error)
	password string // of the login "scanner": nowhere outside of the source and the nodes' vault may it appear
	ports    atomic.Int64
	stores   atomic.Int64 // databases of accounts

	mu     sync.Mutex
	loaded map[string]error // databases

	calm sync.Mutex
	want string // the map of "many" after an undisturbed scan
}

// programs are the two binaries.
type programs struct{ server, node string }

func newHouse() (*house, error) {
	dir, err := os.MkdirTemp("", "purlieu-e2e-")
	if err != nil {
		return nil, err
	}
	h := &house{dir: dir, password: "canary-" + rand.Text(), loaded: map[string]error{}}
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another user
		return nil, err
	}
	h.usual = sync.OnceValues(func() (programs, error) { return h.build("usual") })
	h.deadly = sync.OnceValues(func() (programs, error) { return h.build("deadly", "-tags", "failpoints") })
	h.foreign = sync.OnceValues(func() (string, error) {
		_, err := h.make("foreign", nil, "../dbase/purlieu-runtime-dbase")
		return filepath.Join(h.dir, "foreign", "purlieu-runtime-dbase"), err
	})
	h.postgres = sync.OnceValues(h.startPostgres)
	h.ports.Store(int64(20000 + os.Getpid()%8000))
	return h, nil
}

func (h *house) build(name string, flags ...string) (programs, error) {
	out, err := h.make(name, flags, "../../cmd/purlieu", "../../cmd/purlieu-runtime")
	return programs{filepath.Join(out, "purlieu"), filepath.Join(out, "purlieu-runtime")}, err
}

// make builds commands into a folder of their own.
func (h *house) make(name string, flags []string, commands ...string) (out string, err error) {
	out = filepath.Join(h.dir, name)
	args := append(append([]string{"build"}, flags...), "-o", out+"/")
	cmd := exec.Command("go", append(args, commands...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if err := os.Mkdir(out, 0o700); err != nil {
		return "", err
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, text)
	}
	return out, nil
}

func (h *house) startPostgres() (*pgserver.Server, error) {
	dir := filepath.Join(h.dir, "postgres")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	s, err := pgserver.Run(dir)
	if err != nil {
		return nil, err
	}
	return s, h.addScanner(s)
}

// addScanner makes the login that nodes sign in with.
func (h *house) addScanner(s *pgserver.Server) error {
	return s.Exec("postgres", "create role scanner login password '"+h.password+"'; alter role scanner set default_transaction_read_only = on;")
}

// close ends what tests share.
func (h *house) close() {
	if _, err := os.Stat(filepath.Join(h.dir, "postgres")); err == nil {
		if s, err := h.postgres(); err == nil {
			s.Stop()
		}
	}
	_ = os.RemoveAll(h.dir)
}

// port is a free port of loopback that is given out once. It is below those that the system gives out by itself, so
// that it is still free when a process that was killed comes back to it.
func (h *house) port(t testing.TB) int {
	t.Helper()
	for range 2000 {
		p := 20000 + int(h.ports.Add(1)-20000)%12000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err == nil {
			_ = l.Close()
			return p
		}
	}
	t.Fatal("no free port on loopback")
	return 0
}

// theHouse is set by TestMain, before any test.
var theHouse *house
