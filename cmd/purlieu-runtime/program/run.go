package program

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	rules "github.com/purlieu/purlieu/classify/all"
	"github.com/purlieu/purlieu/fault"
	formats "github.com/purlieu/purlieu/format/all"
	dialects "github.com/purlieu/purlieu/lineage/all"
	"github.com/purlieu/purlieu/node"
	vaults "github.com/purlieu/purlieu/vault/all"
	"github.com/purlieu/purlieu/vault/env"
	"github.com/purlieu/purlieu/vault/file"
)

type runCmd struct {
	stateFlag
	VaultFile    string `placeholder:"DIR" help:"Folder of secrets: file:shop-password is the file shop-password there."`
	SecretPrefix string `default:"PURLIEU_SECRET_" placeholder:"PREFIX" help:"Environment variables that begin so are secrets: env:PURLIEU_SECRET_SHOP."`
	Slots        int    `placeholder:"N" help:"Units read at once; default is one per processor, from 2 to 8."`
	WorkerMemory int    `default:"512" placeholder:"MB" help:"A worker above this is killed."`
	LogFormat    string `enum:"text,json" default:"text" help:"How log lines are written to standard error: text or json."`
	LogLevel     string `enum:"debug,info,warn,error" default:"info" help:"From which level on: debug, info, warn or error."`
}

// Help teaches by example.
func (runCmd) Help() string {
	return `The node connects to its account and reads what it is asked to, as far as the local policy allows. It stops in order on
SIGTERM or Ctrl-C: it claims no more, ends its workers, sends what waits. A second signal ends it at once; nothing is lost then either.

  purlieu-runtime run --vault-file /etc/purlieu/secrets
  PURLIEU_SECRET_SHOP=… purlieu-runtime run --log-format json`
}

// Validate refuses numbers that mean nothing.
func (c runCmd) Validate() error {
	if c.Slots < 0 || c.WorkerMemory < 0 {
		return fault.New(fault.Invalid, "BadNumber", "--slots and --worker-memory can't be below 0")
	}
	return nil
}

// Run runs the node.
func (c runCmd) Run(a *app) error {
	state, err := node.LoadState(c.State)
	if err != nil {
		return err
	}
	dial, err := dialAccount(a, c.State)
	if err != nil {
		return err
	}
	secrets := file.Config{}
	if c.VaultFile != "" {
		if secrets.Folder, err = filepath.Abs(c.VaultFile); err != nil {
			return err
		}
		if info, err := os.Stat(secrets.Folder); err != nil || !info.IsDir() {
			return fault.New(fault.Invalid, "NoVaultFolder", "%s of --vault-file is not a folder", secrets.Folder)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return fault.New(fault.Internal, "NoExecutable", "the program's own file can't be found, so it can't start workers").Because(err)
	}
	var keep []string
	if secrets.Folder != "" {
		keep = append(keep, secrets.Folder)
	}
	log := c.log(a)
	if c.forgotFolder() {
		log.Warn("the policy lets secrets of files be sent, and this node has no folder for them: what needs one will fail. Start it with --vault-file FOLDER")
	}
	tokens, _ := node.Account(state, dial)
	return node.RunProcess(a.ctx, node.ProcessOptions{
		State: state, StateDir: c.State, Version: a.build.Version, Connectors: a.build.Connectors, Dialects: dialects.All(),
		Vaults:  vaults.All(vaults.Config{Env: env.Config{Prefix: c.SecretPrefix, Lookup: a.lookupEnv}, File: secrets}),
		Command: func() *exec.Cmd { return exec.Command(self, workerWord) },
		Token: func(ctx context.Context, refused bool) (string, time.Time, error) {
			if refused {
				tokens.Forget(ctx)
			}
			return tokens.TokenUntil(ctx)
		},
		Rotate: func(ctx context.Context, record func(string, []byte) error) error {
			return tokens.Rotate(ctx, c.State, record)
		},
		Owner: c.owner(a), Keep: keep, Dial: dial, Slots: c.Slots, MemoryMB: c.WorkerMemory, Log: log,
	})
}

// forgotFolder reports whether secrets are to be read from files, and nothing says where those are.
func (c runCmd) forgotFolder() bool {
	return c.VaultFile == "" && node.Binds(c.State, file.New(file.Config{}).Kind())
}

// dialAccount is the way to the account that was chosen at enrolment.
func dialAccount(a *app, state string) (node.Dial, error) {
	way, err := node.LoadWay(state)
	if err != nil {
		return nil, err
	}
	return way.Dial(a.getenv)
}

func (c runCmd) log(a *app) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // one of the four, as the flag's enum says
	options := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.err, options))
	}
	return slog.New(slog.NewTextHandler(a.err, options))
}

// work is the life of a worker process.
func (a *app) work() error { return node.Work(a.ctx, a.in, a.out, a.build.members()) }

// members are the plug-ins that a worker has.
func (b Build) members() node.Members {
	return node.Members{
		Connectors: b.Connectors, Dialects: dialects.All(), Formats: formats.All(), Packings: formats.Packings(), Rules: rules.All(),
	}
}
