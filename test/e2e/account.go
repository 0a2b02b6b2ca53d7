package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// account is a server with its data folder, and the person who signed in to it first.
type account struct {
	t        testing.TB
	dir      string
	programs programs
	port     int // of the doors, TLS
	plain    int // of the same doors without
	flags    []string
	server   *process
}

// password of the first administrator, which must stay hidden too.
const password = "canary correct horse battery staple"

// newAccount starts a server and signs in. flags are further ones of the server.
func newAccount(t testing.TB, flags ...string) *account {
	t.Helper()
	p, err := theHouse.usual()
	if err != nil {
		t.Fatal(err)
	}
	return openAccount(t, p, flags...)
}

func openAccount(t testing.TB, p programs, flags ...string) *account {
	t.Helper()
	a := plannedAccount(t, p, flags...)
	a.start()
	a.signIn()
	return a
}

// plannedAccount is an account whose server was not started yet.
func plannedAccount(t testing.TB, p programs, flags ...string) *account {
	t.Helper()
	return &account{t: t, dir: t.TempDir(), programs: p, port: theHouse.port(t), plain: theHouse.port(t), flags: flags}
}

// signIn redeems the first link.
func (a *account) signIn() {
	a.t.Helper()
	link, err := os.ReadFile(filepath.Join(a.data(), "signin-link"))
	if err != nil {
		a.t.Fatal(err)
	}
	if r := run(a.t, a.clientEnv(), string(link)+"ada\n"+password+"\n"+password+"\n", a.programs.server, "login", "--link", "-"); r.code != 0 {
		a.t.Fatalf("login: %s", r)
	}
}

func (a *account) data() string { return filepath.Join(a.dir, "data") }
func (a *account) clientEnv() []string {
	return []string{"PURLIEU_CONFIG=" + filepath.Join(a.dir, "client")}
}

func (a *account) url(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", a.plain, path)
}

// launch starts the server's process and does not wait for it.
func (a *account) launch(env ...string) {
	a.t.Helper()
	args := append([]string{
		"server", "--data", a.data(), "--listen", fmt.Sprintf("127.0.0.1:%d", a.port), "--http", fmt.Sprintf("127.0.0.1:%d", a.plain),
		"--no-built-in", "--log-level", "debug", "--keep-free", "1", // MiB: how full this machine's disk is must not matter
	}, a.flags...)
	a.server = start(a.t, "server", a.dir, env, a.programs.server, args...)
}

// start starts the server and waits until it is ready.
func (a *account) start(env ...string) {
	a.t.Helper()
	a.launch(env...)
	until(a.t, 30*time.Second, "the server is ready", func() bool {
		if !a.server.running() {
			a.t.Fatalf("the server ended: %s", tail(a.server.log))
		}
		return a.ready()
	})
}

func (a *account) ready() bool {
	r, err := http.Get(a.url("/readyz"))
	if err != nil {
		return false
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return false
	}
	link, err := os.ReadFile(filepath.Join(a.data(), "signin-link")) // comes a moment later
	return err == nil && bytes.HasSuffix(link, []byte("\n"))
}

// try runs the client.
func (a *account) try(args ...string) result {
	a.t.Helper()
	return run(a.t, a.clientEnv(), "", a.programs.server, args...)
}

// purlieu runs the client, which must succeed.
func (a *account) purlieu(args ...string) string {
	a.t.Helper()
	r := a.try(args...)
	if r.code != 0 {
		a.t.Fatalf("purlieu %s: %s", strings.Join(args, " "), r)
	}
	return r.out
}

// token is the person's access token.
func (a *account) token() string {
	a.t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, "client", "login.json"))
	if err != nil {
		a.t.Fatal(err)
	}
	var login struct{ Token string }
	if err := json.Unmarshal(text, &login); err != nil || login.Token == "" {
		a.t.Fatalf("the login has no token: %v", err)
	}
	return login.Token
}

// ask asks REST with a token; "" is none.
func (a *account) ask(token, method, path string, body any) (int, []byte) {
	a.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	req, err := http.NewRequest(method, a.url(path), bytes.NewReader(text))
	if err != nil {
		a.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return r.StatusCode, answer
}

// rest asks REST as the person; the answer must be a success.
func (a *account) rest(method, path string, body, into any) {
	a.t.Helper()
	status, answer := a.ask(a.token(), method, path, body)
	if status < 200 || status > 299 {
		a.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			a.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
}

// dump is the whole map, in a form that is the same for the same map.
func (a *account) dump() string {
	a.t.Helper()
	return a.purlieu("admin", "dump", "--data", a.data())
}
