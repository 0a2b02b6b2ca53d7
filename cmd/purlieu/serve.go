package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/purlieu/purlieu/classify"
	rules "github.com/purlieu/purlieu/classify/all"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
)

// version is set at build time.
var version = "dev"

// dataFlag is where an account keeps its data.
type dataFlag struct {
	Data string `env:"PURLIEU_DATA" placeholder:"DIR" help:"Folder of the store and the keys. Default: /var/lib/purlieu for root, else ~/.local/share/purlieu."`
}

// place is where a server keeps its data and is reached.
type place struct {
	dataFlag
	Store  string   `env:"PURLIEU_STORE" placeholder:"ADDRESS" help:"PostgreSQL database of the account, postgres://USER@HOST/DATABASE?sslmode=verify-full, which several servers may share. The password comes from PGPASSWORD, or from a file of mode 0600 that PGPASSFILE names. Default: a file in the data folder, which then remembers the address."`
	Listen string   `env:"PURLIEU_LISTEN" default:":8443" help:"Host and port of the doors (TLS)."`
	HTTP   string   `env:"PURLIEU_HTTP" default:"127.0.0.1:8480" placeholder:"HOST:PORT" help:"The same doors without TLS, for browsers on this machine: a loopback address, or none."`
	Name   []string `env:"PURLIEU_NAME" placeholder:"NAME" help:"Names or addresses under which others reach this server; the first stands in authentication keys. Default: the host of --listen, else this machine's name."`
	Portal []string `env:"PURLIEU_PORTAL" placeholder:"ORIGIN" help:"Portals on other hosts that may use this account, such as https://web.example.com. The one at its own address always may."`
}

func (d dataFlag) folder() (string, error) {
	if d.Data != "" {
		return d.Data, nil
	}
	if os.Geteuid() == 0 {
		return "/var/lib/purlieu", nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "NoHome", "there is no home folder to keep the account in").Try("Give a folder with --data")
	}
	return filepath.Join(home, ".local", "share", "purlieu"), nil
}

func (p place) config(log *slog.Logger) (server.Config, error) {
	data, err := p.folder()
	if err != nil {
		return server.Config{}, err
	}
	plain := p.HTTP
	if plain == "none" {
		plain = ""
	}
	return server.Config{
		Data: data, Store: p.Store, Listen: p.Listen, Plain: plain, Names: p.Name, Portals: p.Portal, Kinds: kinds(all.All()), Classes: classify.Defs(rules.All()),
		Version: version, Log: log,
	}, nil
}

func kinds(list []connector.Connector) []model.Kind {
	out := make([]model.Kind, len(list))
	for i, c := range list {
		out[i] = c.Describe()
	}
	return out
}

type serverCmd struct {
	place
	Vault      string `env:"PURLIEU_VAULT" placeholder:"DIR" help:"Folder of secrets for the built-in runtime: file:shop-password is the file shop-password there."`
	NoBuiltIn  bool   `help:"Start no built-in runtime: only self-hosted nodes read sources."`
	ReachStore bool   `env:"PURLIEU_REACH_STORE" help:"Let the built-in runtime reach the database server that holds the account's store, so that other databases there can be scanned."`
	KeepFree   int64  `env:"PURLIEU_KEEP_FREE" placeholder:"MIB" help:"Room in MiB that scans leave free on the disk of the store, for people's edits and the clean-up; below it nodes wait. Default: 1024, or 5 % of the disk where that is more."`
	LogFormat  string `enum:"text,json" default:"text" help:"How the log is written, on standard error: text or json."`
	LogLevel   string `enum:"debug,info,warn,error" default:"info" help:"The least that is logged."`
	// Lease is for tests: how long a unit stays with a node that is silent.
	Lease time.Duration `hidden:"" default:"6s"`
}

// Help shows examples.
func (serverCmd) Help() string {
	return `Everything is inside: store, bus, doors. Without any option the account lives in one folder.

At first start a one-time sign-in link appears, on the terminal or in DIR/signin-link (readable by you alone).
It sets the first administrator's password and lives 15 minutes; 'purlieu admin link' makes another.
Nodes and clients elsewhere reach it at --listen. Nodes learn from their key what to trust; for clients and browsers
'purlieu admin ca' shows the certificate authority to trust (purlieu login --ca FILE).

With --store the account lives in a PostgreSQL database. Another server on the same database needs a data folder with
the first one's account.key in it, and nothing else: it takes all other keys from the store.

Examples:
  purlieu server
  purlieu server --data /srv/purlieu --listen 10.0.0.5:8443 --name map.example.com
  PGPASSFILE=/etc/purlieu/pgpass purlieu server --store 'postgres://purlieu@db.example.com/purlieu?sslmode=verify-full'`
}

// Run serves until it is interrupted.
func (c serverCmd) Run(a *app) error {
	log := newLog(a.err, c.LogFormat, c.LogLevel)
	cfg, err := c.config(log)
	if err != nil {
		return err
	}
	cfg.Lease, cfg.KeepFree = c.Lease, c.KeepFree<<20
	if !c.NoBuiltIn {
		warnOfVault(c.Vault, log)
		cfg.BuiltIn = builtIn(cfg.Data, c.Vault, c.ReachStore, log)
	}
	srv, err := server.New(a.ctx, cfg)
	if err != nil {
		return err
	}
	return srv.Run(a.ctx, func() {
		log.Info("the doors are open", "listen", cfg.Listen, "http", cfg.Plain, "data", cfg.Data, "version", version)
		if err := firstLink(a, srv, cfg.Data); err != nil {
			log.Error("no sign-in link could be made; 'purlieu admin link' makes another", "err", err)
		}
	})
}

// warnOfVault says that the folder of secrets is not there. The account serves without: other nodes have secrets of their own.
func warnOfVault(dir string, log *slog.Logger) {
	if dir == "" {
		return
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		log.Warn("the folder of --vault is not there, or is no folder: whatever the built-in runtime needs a secret of a file for will fail", "vault", dir)
	}
}

// firstLink shows the first administrator's link: on a terminal, else in a file; never in the log.
func firstLink(a *app, srv *server.Server, data string) error {
	link, err := srv.FirstLink(a.ctx)
	if err != nil || link == "" {
		return err
	}
	if f, ok := a.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		a.say("Sign in within 15 minutes: %s", link)
		return nil
	}
	path := filepath.Join(data, "signin-link")
	if err := os.WriteFile(path+".new", []byte(link+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil { // whoever waits for the file finds it whole
		return err
	}
	a.say("A one-time sign-in link is in %s", path)
	return nil
}

func newLog(w io.Writer, format, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // kong has checked it
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

type adminCmd struct {
	Link   adminLinkCmd   `cmd:"" help:"Make another one-time sign-in link for an administrator. Run it where the server's data is."`
	Allow  adminAllowCmd  `cmd:"" help:"Let the built-in runtime reach a source, send a secret to one, or read a folder."`
	CA     adminCACmd     `cmd:"" name:"ca" help:"Show the account's certificate authority, for clients and browsers to trust."`
	Egress adminEgressCmd `cmd:"" help:"Check the built-in runtime's record of what left: for edits, and against the account."`
	Dump   adminDumpCmd   `cmd:"" hidden:"" help:"Write the whole map, one entity a line, the same for the same map."`
}

type adminLinkCmd struct{ dataFlag }

// Help says where the link leads.
func (adminLinkCmd) Help() string {
	return `The link leads to this machine's own door without TLS, where the server has one (--http). Else sign in with
  purlieu admin ca > purlieu-ca.pem
  purlieu login --link - --ca purlieu-ca.pem`
}

// Run makes a link; the server may be running.
func (c adminLinkCmd) Run(a *app) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	link, at, err := server.AdminLink(a.ctx, data, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if at.Plain == "" {
		fmt.Fprintln(a.err, "To sign in: purlieu admin ca > purlieu-ca.pem, then purlieu login --link - --ca purlieu-ca.pem")
	}
	_, err = fmt.Fprintln(a.out, link)
	return err
}

type adminDumpCmd struct{ dataFlag }

// Run writes the map; the server may be running.
func (c adminDumpCmd) Run(a *app) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	st, err := server.OpenAccount(a.ctx, data, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(server.Dump(a.ctx, st, a.out), st.Close())
}

type adminCACmd struct{ dataFlag }

// Help shows an example.
func (adminCACmd) Help() string {
	return `It is no secret. Run it where the server's data is.

Example:
  purlieu admin ca > purlieu-ca.pem
  purlieu login https://map.example.com:8443 --ca purlieu-ca.pem`
}

// Run writes the authority's certificate as PEM.
func (c adminCACmd) Run(a *app) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	pem, err := server.RootPEM(data)
	if err != nil {
		return err
	}
	_, err = a.out.Write(pem)
	return err
}

type adminAllowCmd struct {
	dataFlag
	Source    string `xor:"what" placeholder:"KIND://HOST:PORT" help:"The source, such as PostgreSql://db.example.com:5432."`
	Folder    string `xor:"what" type:"path" placeholder:"DIR" help:"A folder of the server's machine that sources may be read from, with all below it."`
	Secret    string `placeholder:"VAULT:NAME" help:"Let this secret go to the source, such as file:shop-password. Without it the source may be reached."`
	Plaintext bool   `help:"Also over a connection that is not verified TLS. Only where the network itself is trusted."`
}

// Help says what it is about.
func (adminAllowCmd) Help() string {
	return `The built-in runtime obeys a local policy as every node does: whoever may register a source can't have a secret sent to a host
of theirs. Run it where the server's data is; a running server obeys at once. On other nodes it is purlieu-runtime policy allow.

Example:
  purlieu admin allow --source PostgreSql://db.example.com:5432 --secret file:shop-password
  purlieu admin allow --folder /srv/data`
}

// Validate refuses a command that allows nothing.
func (c adminAllowCmd) Validate() error {
	if c.Source == "" && c.Folder == "" {
		return fault.New(fault.Invalid, "NothingToAllow", "nothing to allow is named").Try("Give a --source, with a --secret where it gets one, or a --folder")
	}
	return nil
}

// Run edits the built-in node's policy.
func (c adminAllowCmd) Run(a *app) error {
	data, err := c.folder()
	if err != nil {
		return err
	}
	state := builtInState(data)
	if _, err := os.Stat(data); err != nil {
		return fault.New(fault.NotFound, "NoAccount", "there is no account in %s", data).Try("Give the server's folder with --data")
	}
	done, err := node.Ward{
		State: state, Name: "the built-in runtime", Own: data, OwnIs: "the server's data", Owner: builtInCmd{State: state}.owner(), Kinds: kinds(all.All()),
	}.Allow(node.Allowance{Source: c.Source, Secret: c.Secret, Plaintext: c.Plaintext, Folder: c.Folder})
	if err != nil {
		return err
	}
	for _, said := range done.Said {
		a.say("%s", said)
	}
	for _, warning := range done.Warnings {
		fmt.Fprintln(a.err, "WARNING "+clean(warning))
	}
	return nil
}
