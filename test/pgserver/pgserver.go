// Package pgserver starts real PostgreSQL servers for tests, benchmarks and the demo.
//
// A *server* is one process of the installed PostgreSQL with a fresh cluster in a folder of its own, on a free port of
// 127.0.0.1, with a superuser "postgres" who signs in by SCRAM with a random password. It is not durable (fsync off).
// Under root the server runs as the system's user postgres, since PostgreSQL refuses root; else as the caller.
// Nothing here is linked into a product binary.
package pgserver

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is one running server. Its methods may be called from any goroutine, Stop once or more.
type Server struct {
	Host     string
	Port     int
	User     string
	Password string
	// Data is the folder of the cluster, with pg_hba.conf and server.log in it.
	Data string

	bin      string
	settings []string
	cmd      *exec.Cmd
	done     chan struct{}
}

// Start runs a server until the test ends. The test is skipped, aloud, where no PostgreSQL is installed.
// settings are extra server settings, each "name=value".
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	if _, err := binaries(); err != nil {
		t.Skip("skipped: ", err)
	}
	dir, err := os.MkdirTemp("", "pgserver")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s, err := Run(dir, settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Run starts a server with its cluster below dir, which must exist; its rights are opened for the server's user.
// It returns when the server takes connections. The caller stops it.
func Run(dir string, settings ...string) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	s := &Server{Host: "127.0.0.1", User: "postgres", Password: rand.Text(), Data: filepath.Join(dir, "data"), bin: bin}
	pw := filepath.Join(dir, "password")
	if err := os.WriteFile(pw, []byte(s.Password), 0o600); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	if err := s.give(dir, pw); err != nil {
		return nil, err
	}
	out, err := s.command("initdb", "-D", s.Data, "-U", s.User, "-A", "scram-sha-256", "--pwfile="+pw, "-E", "UTF8",
		"--locale=C.UTF-8", "--no-sync").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if s.Port, err = freePort(); err != nil {
		return nil, err
	}
	line := fmt.Sprintf("%s:%d:*:%s:%s\n", s.Host, s.Port, s.User, s.Password)
	if err := os.WriteFile(s.passfile(), []byte(line), 0o600); err != nil {
		return nil, err
	}
	s.settings = settings
	return s, s.launch()
}

// Restart starts a server that was stopped, with the data, settings and port that it had.
func (s *Server) Restart() error {
	s.Stop()
	return s.launch()
}

// launch starts the server process and waits until it answers.
func (s *Server) launch() error {
	dir, settings := filepath.Dir(s.Data), s.settings
	args := []string{"-D", s.Data, "-h", s.Host, "-p", strconv.Itoa(s.Port), "-k", dir}
	for _, set := range slices.Concat([]string{"fsync=off", "full_page_writes=off", "autovacuum=off"}, settings) {
		args = append(args, "-c", set)
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = s.command("postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(s.done)
	}()
	for range 1200 {
		ready := exec.Command(filepath.Join(s.bin, "pg_isready"), "-q", "-h", s.Host, "-p", strconv.Itoa(s.Port)) //nolint:gosec // own binary
		if ready.Run() == nil {
			return nil
		}
		select {
		case <-s.done:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("postgres ended: %s", text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	s.Stop()
	return fmt.Errorf("postgres did not answer on port %d", s.Port)
}

// Address is how programs are told of a database: without the password, which they find in a file.
func (s *Server) Address(db string) string {
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=disable&passfile=%s", s.User, s.Host, s.Port, db, url.QueryEscape(s.passfile()))
}

func (s *Server) passfile() string { return filepath.Join(filepath.Dir(s.Data), "pgpass") }

// Exec runs statements in a database, each in a transaction of its own; it stops at the first that fails.
func (s *Server) Exec(db, sql string) error {
	return s.psql(db, strings.NewReader(sql), "-f", "-")
}

// LoadFile runs a script of psql in a database.
func (s *Server) LoadFile(db, path string) error { return s.psql(db, nil, "-f", path) }

func (s *Server) psql(db string, in *strings.Reader, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, "psql"), append([]string{ //nolint:gosec // own binary
		"-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", s.Host, "-p", strconv.Itoa(s.Port), "-U", s.User, "-d", db,
	}, args...)...)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+s.Password, "PGOPTIONS=-c client_min_messages=warning")
	if in != nil {
		cmd.Stdin = in
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("psql on %s: %w: %s", db, err, stderr.Bytes())
	}
	return nil
}

// WriteData writes a file of the cluster's folder, such as pg_hba.conf or a key, readable by the server only.
func (s *Server) WriteData(name string, data []byte) error {
	path := filepath.Join(s.Data, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	return s.give(path)
}

// Reload makes the server read its files again.
func (s *Server) Reload() error {
	asked := time.Now().UTC().Format("2006-01-02 15:04:05.999999-07")
	err := s.Exec("postgres", "select pg_reload_conf();")
	for range 600 {
		if err != nil {
			return err
		}
		read := "do $$ begin if pg_conf_load_time() < '" + asked + "' then raise 'not read yet'; end if; end $$"
		if s.Exec("postgres", read) == nil { // a session has what the server has when the session begins
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("postgres does not read its files again")
}

// Stop ends the server; sessions are ended by it first. It returns when the process is gone.
func (s *Server) Stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		<-s.done
	}
}

// PID is the process id of the server.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// command is a program of the server, run as a user whom PostgreSQL accepts.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	path := filepath.Join(s.bin, name)
	cmd := exec.Command(path, args...) //nolint:gosec // own binary
	if os.Geteuid() == 0 {
		cmd = exec.Command("setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", path}, args...)...) //nolint:gosec // own binary
	}
	cmd.Dir = filepath.Dir(s.Data)
	return cmd
}

// give hands files to the server's user, where that is not the caller.
func (s *Server) give(paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	out, err := exec.Command("chown", append([]string{"postgres:postgres"}, paths...)...).CombinedOutput() //nolint:gosec // own paths
	if err != nil {
		return fmt.Errorf("chown: %w: %s", err, out)
	}
	return nil
}

// binaries finds the folder of the newest installed server.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1]), nil
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", fmt.Errorf("no PostgreSQL server is installed (Debian: apt-get install postgresql-15)")
}

// freePort is a free port of loopback. It is below those that the system gives out by itself, so that none of its
// connections has it before the server, nor while the server is started again.
func freePort() (int, error) {
	for range 2000 {
		p := 10_000 + mathrand.IntN(10_000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err == nil {
			return p, l.Close()
		}
	}
	return 0, errors.New("no free port on loopback")
}
