package program

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node"
)

type enrolCmd struct {
	stateFlag
	KeyFile string `xor:"key" placeholder:"FILE" help:"File with the runtime's authentication key; - is standard input."`
	KeyEnv  string `xor:"key" placeholder:"NAME" help:"Environment variable with the key. Without both the key is asked for, or read from standard input."`
	Name    string `help:"Name of the node; default is the machine's."`
	CA      string `name:"ca" placeholder:"FILE" help:"Trust these authorities (PEM) in place of the key's pin: where a proxy of yours inspects TLS."`

	Proxy             string `default:"none" placeholder:"none|environment|URL" help:"Proxy to the account: none, environment (HTTPS_PROXY, NO_PROXY), or http://host:port."`
	ProxyUser         string `placeholder:"USER" help:"User at the proxy."`
	ProxyPasswordFile string `placeholder:"FILE" help:"File with that user's password. It is read at each start and must stay."`

	TrustAccount bool `help:"Let the account send any secret of this node to any source it names. Without it each secret is bound to its sources here."`
	Again        bool `help:"Enrol a machine anew that is enrolled already; it keeps its own key."`
}

// Help teaches by example.
func (enrolCmd) Help() string {
	return `The key is a secret: it is never an argument. It holds the account's address and what to trust, so nothing else is needed.

  purlieu-runtime enrol --key-file runtime.key
  purlieu runtime keys edge --plain | ssh db-host purlieu-runtime enrol --name db-host
  purlieu-runtime enrol --key-env RUNTIME_KEY --proxy http://proxy:3128 --proxy-user node --proxy-password-file proxy.pw`
}

const maxKey = 16 << 10

// Run enrols the machine.
func (c enrolCmd) Run(a *app) error {
	way, err := c.way()
	if err != nil {
		return err
	}
	dial, err := way.Dial(a.getenv)
	if err != nil {
		return err
	}
	key, err := c.key(a)
	if err != nil {
		return err
	}
	if c.CA != "" {
		a.warn("--ca: trusting the authorities in %s in place of the key's pin. Whoever holds them can read what this node sends.", c.CA)
	}
	got, err := node.Enrol(a.ctx, node.EnrolOptions{
		Key: key, Name: c.Name, StateDir: c.State, CAFile: c.CA, TrustAccount: c.TrustAccount, Again: c.Again, Version: a.build.Version, Dial: dial,
	})
	if err != nil {
		return err
	}
	if err := way.Save(c.State); err != nil {
		return err
	}
	if c.TrustAccount {
		if err := node.TrustAccount(c.State, true); err != nil {
			return err
		}
		a.warn("--trust-account: whoever may register sources in the account can have any secret of this node sent to a host of theirs.")
	}
	c.done(a, got)
	return nil
}

func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, "WARNING "+format+"\n", args...)
}

// done says what was registered where, and what comes next.
func (c enrolCmd) done(a *app, got node.Enrolled) {
	s := got.State
	a.say("%s is now a node of the runtime %s of the account at %s.", clean(s.Name), clean(s.Runtime), clean(s.AccountURL))
	a.say("State and the node's own key are in %s. The runtime's key is not needed again on this machine.", c.State)
	if got.Skew > 2*time.Minute || got.Skew < -2*time.Minute {
		a.say("This machine's clock is %s off the account's: logs will not match.", got.Skew)
	}
	if s.Pending {
		a.say("A person must approve the node in the account before it gets work: purlieu node approve %s %s", clean(s.Runtime), clean(s.Name))
	}
	flag := c.words(a)
	a.say("Next:")
	if !c.TrustAccount {
		a.say("  purlieu-runtime policy allow%s --secret file:NAME --source KIND://HOST:PORT", flag)
	}
	a.say("  purlieu-runtime run%s --vault-file FOLDER-OF-SECRETS", flag)
	a.say("  purlieu-runtime status%s", flag)
}

// way is the proxy as the flags say.
func (c enrolCmd) way() (node.Way, error) {
	w := node.Way{Proxy: c.Proxy, User: c.ProxyUser}
	custom := c.Proxy != node.ProxyNone && c.Proxy != node.ProxyEnvironment
	switch {
	case !custom && (c.ProxyUser != "" || c.ProxyPasswordFile != ""):
		return w, fault.New(fault.Invalid, "BadProxy", "--proxy-user and --proxy-password-file need --proxy with the proxy's address")
	case c.ProxyPasswordFile != "":
		path, err := filepath.Abs(c.ProxyPasswordFile)
		if err != nil {
			return w, err
		}
		w.PasswordFile = path
	}
	return w, nil
}

// key reads the key from where the flags say, from a terminal without an echo, or from standard input.
func (c enrolCmd) key(a *app) (string, error) {
	switch {
	case c.KeyFile == "-":
		return c.read(a.in)
	case c.KeyFile != "":
		f, err := os.Open(c.KeyFile)
		if err != nil {
			return "", fault.New(fault.Invalid, "BadKeyFile", "the file %s with the key can't be read: %s", c.KeyFile, line.FileCause(err)).
				Try("Give the file that purlieu runtime keys NAME --out FILE wrote").Because(err)
		}
		defer f.Close()
		return c.read(f)
	case c.KeyEnv != "":
		key, ok := a.lookupEnv(c.KeyEnv)
		if !ok || key == "" {
			return "", fault.New(fault.Invalid, "NoKey", "the environment has no variable %s", c.KeyEnv)
		}
		return strings.TrimSpace(key), nil
	}
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if _, err := io.WriteString(a.err, "Authentication key of the runtime (it will not be shown): "); err != nil {
			return "", err
		}
		text, err := term.ReadPassword(int(f.Fd()))
		_, _ = io.WriteString(a.err, "\n")
		if err != nil {
			return "", fault.New(fault.Invalid, "NoKey", "no key was typed").Because(err)
		}
		return c.read(strings.NewReader(string(text)))
	}
	return c.read(a.in)
}

func (enrolCmd) read(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxKey))
	if err != nil {
		return "", fault.New(fault.Invalid, "NoKey", "the key could not be read").Because(err)
	}
	key := strings.TrimSpace(string(text))
	if key == "" {
		return "", fault.New(fault.Invalid, "NoKey", "there is no key").
			Try("Copy one from the account: purlieu runtime keys RUNTIME")
	}
	return key, nil
}
