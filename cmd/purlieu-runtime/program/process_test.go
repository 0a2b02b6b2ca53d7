package program

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	connectors "github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/fault"
	dialects "github.com/purlieu/purlieu/lineage/all"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
	"github.com/purlieu/purlieu/test/pgserver"
	vaults "github.com/purlieu/purlieu/vault/all"
	"github.com/purlieu/purlieu/vault/file"
)

// output is what a process says, to be read while it speaks.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// command runs one command line and gives its exit code and what it said.
func command(args ...string) (code int, said string) {
	var out bytes.Buffer
	a := &app{
		build: shipped(),
		ctx:   context.Background(), in: strings.NewReader(""), out: &out, err: &out,
		getenv: func(string) string { return "" }, lookupEnv: func(string) (string, bool) { return "", false },
	}
	code = a.main(args)
	return code, out.String()
}

// options are those of a node that runs the test binary as its worker.
func (a *account) options(state, secrets string, log *slog.Logger) node.ProcessOptions {
	return node.ProcessOptions{
		State: a.state, StateDir: state, Version: "test", Connectors: connectors.All(), Dialects: dialects.All(), Slots: 2, Log: log,
		Vaults:  vaults.All(vaults.Config{File: file.Config{Folder: secrets}}),
		Command: func() *exec.Cmd { return exec.Command(os.Args[0], "worker") },
		Token: func(context.Context, bool) (string, time.Time, error) {
			return token, time.Now().Add(time.Hour), nil
		},
	}
}

func shop(t *testing.T) *pgserver.Server {
	t.Helper()
	pg := pgserver.Start(t)
	if err := pg.Exec("postgres", "create database shop"); err != nil {
		t.Fatal(err)
	}
	err := pg.Exec("shop", `create table orders (id int primary key, amount numeric);
		create table people (id int, name text, salary numeric);
		create view big as select o.id from orders o where amount > 4711;`)
	if err != nil {
		t.Fatal(err)
	}
	return pg
}

func TestANodeReadsARealPostgreSQLOnlyAfterItsOwnerAllowedIt(t *testing.T) {
	pg := shop(t)
	acc, beats := newAccount(t)
	state, secrets := t.TempDir(), t.TempDir()
	write(t, filepath.Join(secrets, "shop-password"), pg.Password)
	acc.register(pg.Host, strconv.Itoa(pg.Port), pg.User, "shop-password")

	var log output
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	options := acc.options(state, secrets, slog.New(slog.NewTextHandler(&log, nil)))
	options.Keep = []string{secrets}
	ended := make(chan error, 1)
	go func() { ended <- node.RunProcess(ctx, options) }()
	defer func() {
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	select {
	case b := <-beats:
		if b.Slots != 2 || b.Version != "test" {
			t.Errorf("the node beats %+v", b)
		}
	case <-time.After(time.Minute):
		t.Fatal("the node does not beat")
	}
	// What it keeps for itself it has said, too.
	if code, said := command("policy", "allow", "--state", state, "--folder", secrets); code != 0 || !strings.Contains(said, "it lies in the node's own folder "+secrets) {
		t.Errorf("the folder of its secrets is allowed: %s", said)
	}

	source := "PostgreSql://" + pg.Host + ":" + strconv.Itoa(pg.Port)
	allow := "policy allow --secret file:shop-password --source " + source + " --plaintext"
	if got := acc.scan(); got.state != model.RunFailed || got.code != "SecretNotBound" || !strings.Contains(got.text, allow) {
		t.Fatalf("a secret that is not bound: %+v", got)
	}
	// The refusal names the command that allows it; a running node obeys at once.
	args := strings.Fields(allow)
	if code, said := command(append(args[:2:2], append([]string{"--state", state}, args[2:]...)...)...); code != 0 {
		t.Fatal(said)
	}
	if got := acc.scan(); got.state != model.RunFailed || got.code != "AddressRefused" {
		t.Fatalf("the node's own loopback: %+v", got)
	}
	if code, said := command("policy", "allow", "--state", state, "--source", source); code != 0 {
		t.Fatal(said)
	}
	if got := acc.scan(); got.state != model.RunSucceeded || got.text != "" {
		t.Fatalf("an allowed source: %+v", got)
	}
	var dump bytes.Buffer
	if err := server.Dump(ctx, acc.store, &dump); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shop/public/orders", "shop/public/people", "shop/public/big", "salary"} {
		if !strings.Contains(dump.String(), name) {
			t.Errorf("the map has no %s", name)
		}
	}

	if err := node.RunProcess(ctx, options); fault.CodeOf(err) != "AlreadyRunning" {
		t.Errorf("a second process with the state directory: %v", err)
	}
	if code, said := command("status", "--state", state); code != 0 || !strings.Contains(said, "connected") {
		t.Errorf("status of a healthy node: exit code %d, %s", code, said)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if code, said := command("status", "--state", state); code != int(notRunning) {
		t.Errorf("status of a node that has stopped: exit code %d, %s", code, said)
	}
	ledger(t, acc, state)
	for path, text := range everything(t, state) {
		if strings.Contains(text, pg.Password) {
			t.Errorf("%s holds the password", path)
		}
	}
	literal := regexp.MustCompile(`\b4711\b`) // that stands alone: a time or a hash may hold its digits
	if strings.Contains(log.String(), pg.Password) || literal.MatchString(dump.String()) {
		t.Error("a password is in the log, or a literal of the view in the map")
	}
}

// ledger looks at what left, then edits it.
func ledger(t *testing.T, acc *account, state string) {
	t.Helper()
	report, err := node.VerifyLedger(state, acc.state)
	if err != nil || report.Receipts == 0 || report.Unverified != 0 {
		t.Fatalf("the ledger: %+v, %v", report, err)
	}
	code, said := command("egress", "show", "--state", state)
	for _, word := range []string{"batch", "done", "beats", "assets"} {
		if code != 0 || !strings.Contains(said, word) {
			t.Errorf("egress show: exit code %d, no %q in:\n%s", code, word, said)
		}
	}
	reconciliation(t, state)
	path := filepath.Join(node.OutboxPath(state), "ledger-00000001.jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, strings.Replace(string(text), `"kind":"done"`, `"kind":"gone"`, 1))
	if _, err := node.VerifyLedger(state, acc.state); fault.CodeOf(err) != "LedgerBroken" {
		t.Errorf("an edited ledger: %v", err)
	}
}

func TestHiddenNamesStayBehind(t *testing.T) {
	pg := shop(t)
	acc, _ := newAccount(t)
	state, secrets := t.TempDir(), t.TempDir()
	write(t, filepath.Join(secrets, "shop-password"), pg.Password)
	acc.register(pg.Host, strconv.Itoa(pg.Port), pg.User, "shop-password")
	source := "PostgreSql://" + pg.Host + ":" + strconv.Itoa(pg.Port)
	write(t, node.PolicyPath(state), `sources:
  any: true
  allow: [{host: 127.0.0.1}]
bindings: [{secret: file:shop-password, sources: [{source: "`+source+`", plaintext: true}]}]
hide: ["*salary*", shop/public/orders]
`)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- node.RunProcess(ctx, acc.options(state, secrets, slog.New(slog.DiscardHandler))) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	if got := acc.scan(); got.state != model.RunSucceeded || !strings.Contains(got.text, "HiddenByPolicy") {
		t.Fatalf("the run: %+v", got)
	}
	var dump bytes.Buffer
	if err := server.Dump(ctx, acc.store, &dump); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dump.String(), "shop/public/people") {
		t.Error("the map has no people")
	}
	for _, word := range []string{"salary", "orders"} {
		if strings.Contains(dump.String(), word) {
			t.Errorf("the map has %q:\n%s", word, dump.String())
		}
	}
}

// everything reads all files below a folder.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestANodeStopsInTheMiddleOfItsWork(t *testing.T) {
	tarpit, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer tarpit.Close()
	caught := make(chan net.Conn, 16)
	go func() {
		for {
			conn, err := tarpit.Accept()
			if err != nil {
				return
			}
			caught <- conn
		}
	}()
	host, port, err := net.SplitHostPort(tarpit.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	acc, _ := newAccount(t)
	state, secrets := t.TempDir(), t.TempDir()
	write(t, filepath.Join(secrets, "shop-password"), "sesame")
	acc.register(host, port, "scanner", "shop-password")
	source := "PostgreSql://" + host + ":" + port
	if err := errors.Join(node.AllowSource(state, source), node.AllowSecret(state, "file:shop-password", source, true)); err != nil {
		t.Fatal(err)
	}
	options := acc.options(state, secrets, slog.New(slog.DiscardHandler))
	var workers []*exec.Cmd
	start := options.Command
	options.Command = func() *exec.Cmd {
		workers = append(workers, start())
		return workers[len(workers)-1]
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- node.RunProcess(ctx, options) }()
	if _, err := acc.core.Start(ctx, "shop", "nightly", false); err != nil {
		t.Fatal(err)
	}
	select {
	case conn := <-caught:
		defer conn.Close()
	case <-time.After(time.Minute):
		t.Fatal("the worker does not connect")
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the node does not stop")
	}
	for _, w := range workers {
		if w.ProcessState == nil {
			t.Errorf("the worker %d outlives its node", w.Process.Pid)
		}
	}
	if len(workers) == 0 {
		t.Error("no worker was started")
	}
}
