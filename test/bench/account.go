package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/test/pgserver"
)

// account is a fresh `purlieu server` in a process of its own, with an administrator signed in.
type account struct {
	bin, dir     string
	listen, http string
	cmd          *exec.Cmd
	rest         *client.Client
	env          []string         // of the command line client
	store        *pgserver.Server // nil: the store is SQLite
	flags        []string
}

// startAccount starts a server in an empty folder and signs in. ready is how long its doors took to open. Its store is a
// new database where a server for it is given, else a file.
func startAccount(bin, dir string, store *pgserver.Server) (a *account, ready time.Duration, err error) {
	a = &account{bin: bin, dir: dir, store: store}
	if store != nil {
		db := "account_" + strings.ToLower(rand.Text()) // a name may not begin with a digit
		if err := store.Exec("postgres", "create database "+db); err != nil {
			return nil, 0, err
		}
		a.flags = []string{"--store", store.Address(db)}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, 0, err
	}
	ports, err := freePorts(2)
	if err != nil {
		return nil, 0, err
	}
	a.listen, a.http = ports[0], ports[1]
	if ready, err = a.start(); err != nil {
		a.stop()
		return nil, 0, err
	}
	if err := a.signIn(); err != nil {
		a.stop()
		return nil, 0, err
	}
	return a, ready, nil
}

// start starts the process and waits until it says that it is ready.
func (a *account) start() (time.Duration, error) {
	began := time.Now()
	var err error
	args := append([]string{"server", "--data", filepath.Join(a.dir, "data"), "--listen", a.listen, "--http", a.http}, a.flags...)
	a.cmd, err = begin(a.log(), filepath.Join(a.bin, "purlieu"), nil, args...)
	if err != nil {
		return 0, err
	}
	err = until("the server's start", 20*time.Second, func() bool {
		resp, err := http.Get("http://" + a.http + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return time.Since(began), err
}

func (a *account) log() string { return filepath.Join(a.dir, "server.log") }

func (a *account) stop() { end(a.cmd) }

// signIn redeems the first link.
func (a *account) signIn() error {
	var link string
	if err := until("the first sign-in link", 10*time.Second, func() bool {
		text, err := os.ReadFile(filepath.Join(a.dir, "data", "signin-link"))
		link = strings.TrimSpace(string(text))
		return err == nil && link != ""
	}); err != nil {
		return err
	}
	url, token, _ := strings.Cut(link, "/signin#")
	guest, err := client.New(client.Login{URL: url})
	if err != nil {
		return err
	}
	login, err := guest.Redeem(context.Background(), token, "bench", "a passphrase for a benchmark")
	if err != nil {
		return err
	}
	folder := filepath.Join(a.dir, "client")
	a.env = []string{"PURLIEU_CONFIG=" + folder}
	if err := client.Save(folder, login); err != nil {
		return err
	}
	a.rest, err = client.New(login)
	return err
}

// cli runs a command of the client.
func (a *account) cli(args ...string) error {
	_, err := call(filepath.Join(a.bin, "purlieu"), a.env, args...)
	return err
}

// register makes the runtime, and a scan of one database.
func (a *account) register(s *source, tables int) error {
	return a.all([][]string{
		{"runtime", "add", "edge"},
		{"source", "add", "PostgreSql", "bench", "--set", "serverEndpoint=" + s.Host, "--set", "port=" + strconv.Itoa(s.Port), "--set", "sslMode=disable", "--authority", "bench"},
		{"credential", "add", "BasicAuth", "bench", "--user", s.User, "--secret", "password=file:bench"},
		{"scan", "add", "bench", "all", "--runtime", "edge", "--credential", "bench", "--level", "L2", "--set", "databaseName=" + database(tables)},
	})
}

// registerFolder makes the runtime, and a scan of one folder.
func (a *account) registerFolder(folder string) error {
	return a.all([][]string{
		{"runtime", "add", "edge"},
		{"source", "add", "FileSystem", "bench", "--authority", "bench", "--set", "folder=" + folder},
		{"scan", "add", "bench", "all", "--runtime", "edge", "--level", "L2"},
	})
}

// all runs commands of the client, one after the other.
func (a *account) all(commands [][]string) error {
	for _, args := range commands {
		if err := a.cli(args...); err != nil {
			return err
		}
	}
	return nil
}

// pids are the processes that work for the account: its server, and that of its store; 0 where there is none.
func (a *account) pids() [2]int {
	pids := [2]int{a.cmd.Process.Pid}
	if a.store != nil {
		pids[1] = a.store.PID()
	}
	return pids
}

// runState is what the benchmark looks at of a run.
type runState struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Error     any    `json:"error"`
	End       string `json:"endTime"`
	Discovery struct {
		Start string `json:"discoveryStartTime"`
	} `json:"discoveryExecutionDetails"`
	Own struct {
		Counts struct {
			Discovered, Changed, Bytes, Gaps, Moved int64
		} `json:"counts"`
	} `json:"purlieu"`
}

const scanPath = "/scan/datasources/bench/scans/all"

func (a *account) startRun() (runState, error) {
	var run runState
	err := a.rest.Do(context.Background(), http.MethodPost, scanPath+":run", nil, &run)
	return run, err
}

func (a *account) run(id string) (runState, error) {
	var run runState
	err := a.rest.Get(context.Background(), scanPath+"/runs/"+id, &run)
	return run, err
}

// versions gives the newest version of the map, once search is complete up to atLeast.
func (a *account) versions(atLeast int64) (complete, newest int64, err error) {
	var found struct {
		Complete int64 `json:"purlieuComplete"`
		Newest   int64 `json:"purlieuNewest"`
	}
	err = a.rest.Do(context.Background(), http.MethodPost, "/datamap/api/search/query",
		map[string]any{"keywords": "asset_000001", "limit": 1, "purlieuAtLeast": atLeast}, &found)
	return found.Complete, found.Newest, err
}

func freePorts(n int) ([]string, error) {
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("no free port: %w", err)
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}
