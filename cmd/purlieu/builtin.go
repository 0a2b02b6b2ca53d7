package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	rules "github.com/purlieu/purlieu/classify/all"
	connectors "github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/fault"
	formats "github.com/purlieu/purlieu/format/all"
	dialects "github.com/purlieu/purlieu/lineage/all"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/stream"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
	vaults "github.com/purlieu/purlieu/vault/all"
	"github.com/purlieu/purlieu/vault/env"
	"github.com/purlieu/purlieu/vault/file"
)

// secretPrefix is how names of environment variables that are secrets begin.
const secretPrefix = "PURLIEU_SECRET_"

// allowCommand is how the owner allows the built-in node a source or a secret; its refusals say so.
const allowCommand = "purlieu admin allow"

// builtInCmd is the built-in runtime's node: a child that the server starts, with its way to the account on standard
// input and output. Everything else is as in a node of a process of its own.
type builtInCmd struct {
	State string   `required:"" help:"Folder of the node's ledger, spool and policy."`
	Vault string   `help:"Folder of the secrets of the file vault."`
	Doors []int    `name:"own-port" help:"Ports of the server's own doors on this machine."`
	Store []string `name:"own-store" sep:"none" help:"Host and port of the servers that hold the account's store."`
}

// Run enrols anew, since the stream itself proves who is asking, and works until the server goes.
func (c builtInCmd) Run(a *app) error {
	signal.Ignore(syscall.SIGPIPE) // of a server that has gone: what is written to it fails, and the node ends in order
	dialer, err := stream.NewDialer(stream.Pipes(io.NopCloser(a.in), nopCloser{a.out}))
	if err != nil {
		return err
	}
	defer dialer.Close()
	ctx, cancel := context.WithCancel(a.ctx)
	defer cancel()
	go func() {
		<-dialer.Gone()
		cancel()
	}()
	if err := c.work(ctx, a, dialer); ctx.Err() == nil {
		return err
	}
	return nil // the server has gone, or the node was told to stop
}

func (c builtInCmd) work(ctx context.Context, a *app, dialer *stream.Dialer) error {
	if err := os.MkdirAll(c.State, 0o700); err != nil {
		return err
	}
	httpClient := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}, Timeout: 30 * time.Second}
	state, err := enrolOverStream(ctx, httpClient)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fault.New(fault.Internal, "NoExecutable", "the program's own file can't be found, so it can't start workers").Because(err)
	}
	tokens := node.NewTokenSource(state, httpClient, time.Now)
	return node.RunProcess(ctx, node.ProcessOptions{
		State: state, StateDir: c.State, Version: version, Connectors: connectors.All(), Dialects: dialects.All(),
		Vaults:  vaults.All(vaults.Config{Env: env.Config{Prefix: secretPrefix, Lookup: os.LookupEnv}, File: file.Config{Folder: c.Vault}}),
		Command: func() *exec.Cmd { return exec.Command(self, workerWord) },
		Token: func(ctx context.Context, refused bool) (string, time.Time, error) {
			if refused {
				tokens.Forget(ctx)
			}
			return tokens.TokenUntil(ctx)
		},
		Dial: dialer.DialContext, Keep: c.keep(), Refuse: c.guard(ctx).refuse, Owner: c.owner(), Log: newLog(a.err, "text", "info").With("node", "built-in"),
	})
}

// owner is how refusals say that the policy is edited: with the account's folder where it is not the usual one.
func (c builtInCmd) owner() node.Owner {
	owner, data := node.Owner{Command: allowCommand, Machine: "server"}, filepath.Dir(c.State)
	if usual, err := (dataFlag{}).folder(); err != nil || usual != data {
		owner.Flag, owner.Folder = "--data", data
	}
	return owner
}

// keep are the folders that are never read: the server's data, which the node's state lies in, and its secrets.
func (c builtInCmd) keep() []string {
	keep := []string{filepath.Dir(c.State)}
	if c.Vault != "" {
		keep = append(keep, c.Vault)
	}
	return keep
}

// enrolOverStream asks the server to take this process as its built-in node. The key lives as long as the process.
func enrolOverStream(ctx context.Context, client *http.Client) (node.State, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return node.State{}, err
	}
	machine, _ := os.Hostname() // "" is allowed for
	body, err := json.Marshal(model.EnrolRequest{Name: "server", PublicKey: public, Info: model.NodeInfo{Machine: machine, Version: version}})
	if err != nil {
		return node.State{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://account"+server.BuiltInEnrolPath, bytes.NewReader(body))
	if err != nil {
		return node.State{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return node.State{}, fault.New(fault.Unreachable, "NoServer", "the server does not answer on the stream").Because(err)
	}
	defer resp.Body.Close()
	var e model.Enrolment
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&e); err != nil || resp.StatusCode != http.StatusOK {
		return node.State{}, fault.New(fault.Internal, "NotEnrolled", "the server did not take its built-in node").Because(err)
	}
	e.AccountURL, e.IngestURL = "http://account", "http://account" // the stream leads there and nowhere else
	return node.StateOf(e, private), nil
}

// work is the life of a worker process.
func (a *app) work() error { return node.Work(a.ctx, a.in, a.out, members()) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// builtInState is the folder of the built-in node's ledger, spool and policy.
func builtInState(data string) string { return filepath.Join(data, "built-in") }

// builtIn is how the server starts its own node.
func builtIn(data, vault string, reachStore bool, log *slog.Logger) func(own server.Own) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		log.Warn("the program's own file can't be found: there is no built-in runtime", "err", err)
		return nil
	}
	return func(own server.Own) *exec.Cmd {
		args := []string{"built-in-node", "--state", builtInState(data)}
		for _, port := range own.Doors {
			args = append(args, "--own-port", strconv.Itoa(port))
		}
		for _, at := range own.Store {
			if !reachStore {
				args = append(args, "--own-store", at)
			}
		}
		if vault != "" {
			args = append(args, "--vault", vault)
		}
		cmd := exec.Command(self, args...)
		cmd.Env = withoutStore(os.Environ())
		return cmd
	}
}

// members are the plug-ins that a worker has.
func members() node.Members {
	return node.Members{
		Connectors: connectors.All(), Dialects: dialects.All(), Formats: formats.All(), Packings: formats.Packings(), Rules: rules.All(),
	}
}

// withoutStore is an environment without what opens the account's store: the node and its workers read foreign bytes.
func withoutStore(environ []string) []string {
	return slices.DeleteFunc(environ, func(v string) bool { return strings.HasPrefix(v, "PG") || strings.HasPrefix(v, "PURLIEU_STORE=") })
}
