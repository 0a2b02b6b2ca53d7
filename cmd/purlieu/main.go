// Command purlieu is the account's server and its client for people and scripts.
//
// Exit codes: 0 done; 1 failed; 2 the command line can't be right; 3 not signed in, or not allowed; 4 not found;
// 5 the state of the thing forbids it; 6 the account can't be reached. `scan run --watch` and `run watch` add 20: the run
// succeeded with gaps; 21: it failed; 22: it was cancelled; 23: it has not ended, and asks a question. `source test` adds
// 24: the source can't be reached; 25: the connection is refused.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

// growth is how much garbage may come on what lives in the heap before it is collected, in percent. Little lives here, so
// that Go's own 100 would spend a fifth of a scan's processor time on it; GOGC in the environment says otherwise,
// but not to workers, which get no environment.
const growth = 200

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{ctx: ctx, in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, poll: time.Second, patience: patience}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growth)
	}
	code := a.main(os.Args[1:])
	stop()
	os.Exit(code)
}

// app is the world of one command.
type app struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	poll     time.Duration // between two looks at a run
	patience time.Duration // how long the account may be away meanwhile
	format   string        // "table", "json", "yaml"
	account  *client.Client
}

// outcome is an exit code without a message: what there was to say has been said.
type outcome int

// What the exit code of a watched run says, and that of a test of a connection.
const (
	endedWithGaps outcome = 20
	endedFailed   outcome = 21
	endedCanceled outcome = 22
	asksAPerson   outcome = 23
	sourceAway    outcome = 24
	sourceRefuses outcome = 25
)

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// workerWord alone makes the process a worker of the built-in node, which starts it. It is no command: the tree of
// commands would take much of such a process' start.
const workerWord = "built-in-worker"

// main runs one command line and gives the exit code.
func (a *app) main(args []string) int {
	if len(args) == 1 && args[0] == workerWord {
		return a.fail(a.work())
	}
	var tree tree
	parsed, code, err := a.program().Parse(&tree, args, kong.Bind(a), kong.BindTo(a.ctx, (*context.Context)(nil)))
	if err != nil {
		return a.fail(err)
	}
	if parsed == nil {
		return code
	}
	a.format = tree.Output
	return a.fail(a.lost(parsed, parsed.Run()))
}

// program is how its command line is read.
func (a *app) program() line.Program {
	return line.Program{Name: "purlieu", About: about, Examples: examples, Out: a.out, Err: a.err, Clean: clean}
}

// fail says what went wrong and what to do, and gives the exit code.
func (a *app) fail(err error) int {
	var o outcome
	switch {
	case err == nil:
		return 0
	case errors.As(err, &o):
		return int(o)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(a.err, "purlieu: interrupted")
		return 1
	}
	a.complain(err)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return 1
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

// complain says to the person what went wrong.
func (a *app) complain(err error) {
	fmt.Fprintf(a.err, "purlieu: %s\n", clean(strings.TrimSuffix(err.Error(), ".")+"."))
}

// folder is where the login is kept.
func (a *app) folder() (string, error) {
	if dir := a.getenv("PURLIEU_CONFIG"); dir != "" {
		return dir, nil
	}
	if dir := a.getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "purlieu"), nil
	}
	home := a.getenv("HOME")
	if home == "" {
		home = a.getenv("USERPROFILE")
	}
	if home == "" {
		return "", fault.New(fault.Invalid, "NoHome", "there is no home folder to keep the login in").Try("Set PURLIEU_CONFIG to a folder")
	}
	return filepath.Join(home, ".config", "purlieu"), nil
}

const tokenVariable = "PURLIEU_TOKEN"

// client is the command's client for the account that the person signed in to: one, however often it is asked for.
func (a *app) client() (*client.Client, error) {
	if a.account != nil {
		return a.account, nil
	}
	account, err := a.connect()
	if err == nil {
		a.account = account
	}
	return account, err
}

// connect makes a client; PURLIEU_URL and PURLIEU_TOKEN come before the login that is kept. A kept token goes to its own
// account only.
func (a *app) connect() (*client.Client, error) {
	login := client.Login{URL: a.getenv("PURLIEU_URL"), Token: a.getenv(tokenVariable)}
	dir := ""
	if login.URL == "" || login.Token == "" {
		var err error
		if dir, err = a.folder(); err != nil {
			return nil, err
		}
		kept, err := client.Load(dir)
		if err != nil {
			return nil, err
		}
		if login.URL == "" || login.URL == kept.URL {
			login.URL, login.CA = kept.URL, kept.CA
			if login.Token == "" {
				login.Token, login.Refresh = kept.Token, kept.Refresh
			}
		}
	}
	login, err := a.trusting(login)
	if err != nil {
		return nil, err
	}
	if login.URL == "" || login.Token == "" {
		return nil, fault.New(fault.Denied, "NotSignedIn", "you are not signed in to an account").
			Try("Run `purlieu login https://host:8443`, or set PURLIEU_URL and PURLIEU_TOKEN")
	}
	c, err := client.New(login)
	if err == nil && login.Refresh != "" {
		c.Renewed = func(l client.Login) error { return client.Save(dir, l) }
	}
	if err == nil && a.getenv(tokenVariable) != "" {
		c.Variable = tokenVariable
	}
	return c, err
}

// trusting is a login with the certificate that PURLIEU_CA names, when it names one.
func (a *app) trusting(login client.Login) (client.Login, error) {
	path := a.getenv("PURLIEU_CA")
	if path == "" {
		return login, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return login, fault.New(fault.Invalid, "BadCertificate", "the certificate that PURLIEU_CA names can't be read").Because(err)
	}
	login.CA = string(pem)
	return login, nil
}
