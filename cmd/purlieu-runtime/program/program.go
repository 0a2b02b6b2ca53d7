// Package program is the program of a node: its command line, and the life of its workers.
//
// A *build* says which connectors a runtime is made with. The one that is shipped has the built-in ones; whoever has a
// connector of their own makes a program of a few lines with one more (docs/connectors.md).
//
// Exit codes: 0 done; 1 failed; 2 the command line can't be right; 3 not allowed, or the account refused; 4 not found,
// such as a machine that is not enrolled; 5 the state of the thing forbids it, such as a ledger that was edited or a
// node that runs already; 6 the account can't be reached. `status` adds 10: no node runs; 11: it runs and something is
// wrong. `egress reconcile` and `egress verify --witness` add 20: ledger and account, or witness, differ.
package program

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
)

// Build is what one build of the program is made of.
type Build struct {
	Version    string
	Connectors []connector.Connector // what its nodes can read: one for each kind
}

const about = `A node of an integration runtime: it reads sources in its own network and sends only metadata, to one account.

First steps, with a key from "purlieu runtime keys":

  purlieu-runtime enrol --key-file runtime.key
  purlieu-runtime policy allow --secret file:shop-password --source PostgreSql://db.example.com:5432
  purlieu-runtime run --vault-file /etc/purlieu/secrets
  purlieu-runtime status

What left the network is in a ledger on this machine:

  purlieu-runtime egress show
  purlieu-runtime egress verify

Exit codes: 0 done, 1 failed, 2 command line, 3 not allowed, 4 not found, 5 conflict, 6 account not reached;
status: 10 not running, 11 unhealthy; egress: 20 the ledger and the account, or its witness, differ.`

// examples are for the help of commands that need no more words.
//
//go:embed examples.txt
var examples string

// kinds are what its nodes can read.
func (b Build) kinds() []model.Kind {
	out := make([]model.Kind, len(b.Connectors))
	for i, c := range b.Connectors {
		out[i] = c.Describe()
	}
	return out
}

// growth is how much garbage may come on what lives in the heap before it is collected, in percent. Little lives here, so
// that Go's own 100 would spend a fifth of a scan's processor time on it; GOGC in the environment says otherwise,
// but not to workers, which get no environment.
const growth = 200

// Main runs the command line of the process and gives its exit code. Workers are processes of the same program: it must be
// the first thing that the program does.
func (b Build) Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	a := &app{build: b, ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, lookupEnv: os.LookupEnv, root: os.Geteuid() == 0}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	code := a.main(os.Args[1:])
	stop()
	return code
}

// app is the world of one command.
type app struct {
	build     Build
	ctx       context.Context
	in        io.Reader
	out, err  io.Writer
	getenv    func(string) string
	lookupEnv func(string) (string, bool)
	root      bool
}

// tree is the command line.
type tree struct {
	Enrol   enrolCmd   `cmd:"" help:"Make this machine a node of a runtime."`
	Run     runCmd     `cmd:"" help:"Run the node until it is told to stop."`
	Status  statusCmd  `cmd:"" help:"How the node does; the exit code says whether it is healthy."`
	Rotate  rotateCmd  `cmd:"" help:"Make a new key for the node, in place of the one that proves to the account who it is."`
	Policy  policyCmd  `cmd:"" help:"What the owner of this network allows. The account can't override it."`
	Egress  egressCmd  `cmd:"" help:"The ledger of everything that left."`
	Version versionCmd `cmd:"" help:"Which build this is; so does --version alone."`

	Completion completionCmd `cmd:"" help:"Write a script that completes commands and flags in a shell."`
	Complete   completeCmd   `cmd:"" hidden:""`
}

// stateFlag is the state directory, as every command takes it.
type stateFlag struct {
	State string `placeholder:"DIR" env:"PURLIEU_RUNTIME_STATE" type:"path" default:"${state}" help:"State directory of the node. Default: ${default}."`
}

// AfterApply refuses the environment's empty text, which would be the folder that the program was started in.
func (s stateFlag) AfterApply() error {
	if s.State == "" {
		return fault.New(fault.Invalid, "NoState", "the state directory is an empty text, of --state or of PURLIEU_RUNTIME_STATE: give the node's own, or leave both out")
	}
	return nil
}

// words are the flag as a command that is told needs it, behind a blank; "" where that finds the directory by itself.
func (s stateFlag) words(a *app) string {
	return s.owner(a).Words()
}

// owner is how refusals say that the policy is edited: with the flag where it is needed.
func (s stateFlag) owner(a *app) node.Owner {
	if s.State == a.stateDir() {
		return node.Owner{}
	}
	return node.Owner{Flag: "--state", Folder: s.State}
}

// outcome is an exit code without a message: what there was to say has been said.
type outcome int

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// The exit codes of single commands.
const (
	notRunning outcome = 10
	unhealthy  outcome = 11
	differs    outcome = 20
)

// workerWord alone makes the process a worker of a running node, which starts it. It is no command: one process is
// started for each source, and the tree of commands would take a quarter of its start.
const workerWord = "worker"

// main runs one command line and gives the exit code.
func (a *app) main(args []string) int {
	if len(args) == 1 && args[0] == workerWord {
		return a.fail(a.work())
	}
	var commands tree
	parsed, code, err := a.program().Parse(&commands, args, kong.Vars{"state": a.stateDir()}, kong.Bind(a))
	if err != nil {
		return a.fail(err)
	}
	if parsed == nil {
		return code
	}
	return a.fail(parsed.Run())
}

// program is how its command line is read.
func (a *app) program() line.Program {
	return line.Program{Name: "purlieu-runtime", About: about, Examples: examples, Out: a.out, Err: a.err, Clean: clean}
}

// stateDir is where a node keeps its state when nothing else is said.
func (a *app) stateDir() string {
	if a.root {
		return "/var/lib/purlieu-runtime"
	}
	if dir := a.getenv("XDG_DATA_HOME"); dir != "" {
		return dir + "/purlieu-runtime"
	}
	home := a.getenv("HOME")
	if home == "" {
		home = a.getenv("USERPROFILE")
	}
	return home + "/.local/share/purlieu-runtime"
}

// fail says what went wrong and what to do, and gives the exit code.
func (a *app) fail(err error) int {
	var o outcome
	switch {
	case err == nil:
		return 0
	case errors.As(err, &o):
		return int(o)
	case errors.Is(err, context.Canceled) && a.ctx.Err() != nil:
		fmt.Fprintln(a.err, "purlieu-runtime: interrupted")
		return 1
	}
	fmt.Fprintf(a.err, "purlieu-runtime: %s (%s)\n", clean(strings.TrimSuffix(err.Error(), ".")+"."), fault.CodeOf(err))
	switch fault.KindOf(err) {
	case fault.Denied:
		return 3
	case fault.NotFound:
		return 4
	case fault.Conflict:
		return 5
	case fault.Unreachable, fault.Throttled:
		return 6
	}
	return 1
}

// say writes a line of our own words.
func (a *app) say(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }

// clean takes out of a text what a terminal would obey.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// when writes a time as people compare it with their logs.
func when(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

type versionCmd struct{}

// Run shows the version.
func (versionCmd) Run(a *app) error {
	a.say("purlieu-runtime %s", a.build.Version)
	return nil
}
