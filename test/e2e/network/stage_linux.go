package network

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

// stage is a lab with an account in the hub, and in the cellar a PostgreSQL that the account knows of.
type stage struct {
	*lab
	dir           string
	server, agent string // the programs
	postgres      *pgserver.Server
	password      string // of the login "scanner"
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{lab: newLab(t), dir: t.TempDir(), password: "canary-" + rand.Text()}
	build := exec.Command("go", "build", "-ldflags", "-s -w", "-o", s.dir+"/", "../../../cmd/purlieu", "../../../cmd/purlieu-runtime")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	s.server, s.agent = filepath.Join(s.dir, "purlieu"), filepath.Join(s.dir, "purlieu-runtime")
	s.startPostgres(t)
	s.startAccount(t)
	return s
}

// startPostgres starts a server in the cellar that the cellar's own address is open to, with our sample.
func (s *stage) startPostgres(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "purlieu-cellar-") // its user must be able to come here
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	err = s.cellar.do(func() (err error) {
		s.postgres, err = pgserver.Run(dir, "listen_addresses=127.0.0.1,"+cellarIP)
		return err
	})
	if err != nil {
		t.Skip("skipped: ", err)
	}
	t.Cleanup(s.postgres.Stop)
	guard(t, s.postgres.PID())
	hba := "host all all 127.0.0.1/32 scram-sha-256\nhost all scanner " + cellarIP + "/32 scram-sha-256\n"
	err = s.cellar.do(func() error {
		if err := s.postgres.WriteData("pg_hba.conf", []byte(hba)); err != nil {
			return err
		}
		return s.postgres.Exec("postgres", "create role scanner login password '"+s.password+"'; create database shop; select pg_reload_conf();")
	})
	if err != nil {
		t.Fatal(err)
	}
	s.sql(t, "create schema sales; grant usage on schema sales to scanner; create table sales.orders (id int primary key, amount numeric); create view sales.open_orders as select id from sales.orders;")
}

func (s *stage) sql(t *testing.T, text string) {
	t.Helper()
	if err := s.cellar.do(func() error { return s.postgres.Exec("shop", text) }); err != nil {
		t.Fatal(err)
	}
}

// startAccount starts a server in the hub, signs in, and registers the source with a scan on the runtime "edge".
func (s *stage) startAccount(t *testing.T) {
	t.Helper()
	data := filepath.Join(s.dir, "data")
	p := s.hub.start(t, "server", s.dir, nil, s.server, "server", "--data", data, "--listen", account, "--http", "127.0.0.1:8480", "--no-built-in")
	link := filepath.Join(data, "signin-link")
	var text []byte
	p.until(t, time.Minute, "the server is ready", func() bool {
		var err error
		text, err = os.ReadFile(link)
		return err == nil && strings.HasSuffix(string(text), "\n")
	})
	const password = "correct horse battery staple"
	if r := s.hub.run(t, s.person(), string(text)+"ada\n"+password+"\n"+password+"\n", s.server, "login", "--link", "-"); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	s.purlieu(t, "runtime", "add", "edge")
	s.purlieu(t, "source", "add", "PostgreSql", "shop", "--authority", "shop", "--set", "serverEndpoint="+cellarIP, "--set", fmt.Sprint("port=", s.postgres.Port), "--set", "sslMode=disable")
	s.purlieu(t, "credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	s.purlieu(t, "scan", "add", "shop", "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName=shop", "--level", "L2")
}

// person is the environment of who signed in.
func (s *stage) person() []string {
	return []string{"PURLIEU_CONFIG=" + filepath.Join(s.dir, "client")}
}

// purlieu runs the client in the hub, which must succeed.
func (s *stage) purlieu(t testing.TB, args ...string) string {
	t.Helper()
	r := s.hub.run(t, s.person(), "", s.server, args...)
	if r.code != 0 {
		t.Fatalf("purlieu %s: %+v", strings.Join(args, " "), r)
	}
	return r.out
}

// key is an authentication key of the runtime.
func (s *stage) key(t testing.TB) string {
	t.Helper()
	return strings.Fields(s.purlieu(t, "runtime", "keys", "edge", "--plain"))[0]
}

// enrol enrols a machine of the cellar, whose state is in the folder that it gives. resolver is its DNS server.
func (s *stage) enrol(t testing.TB, name, key, resolver string, flags ...string) (state string, r result) {
	t.Helper()
	state = filepath.Join(s.dir, "node-"+name)
	resolv := filepath.Join(s.dir, name+".resolv")
	if err := os.WriteFile(resolv, []byte("nameserver "+resolver+"\noptions timeout:1 attempts:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"--mount", "sh", "-c", `mount --bind "$0" /etc/resolv.conf && exec "$@"`, resolv, s.agent, "enrol", "--name", name, "--state", state}, flags...)
	return state, s.cellar.run(t, nil, key+"\n", "unshare", args...)
}

// node enrols a machine and starts it, with the source's password in its vault and a policy that lets it be used.
func (s *stage) node(t *testing.T, name string, flags ...string) *process {
	t.Helper()
	state, r := s.enrol(t, name, s.key(t), gateIP, flags...)
	if r.code != 0 {
		t.Fatalf("enrol: %+v", r)
	}
	secrets := filepath.Join(s.dir, "secrets-"+name)
	if err := os.Mkdir(secrets, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(secrets, "shop-password"), []byte(s.password), 0o600); err != nil {
		t.Fatal(err)
	}
	source := "PostgreSql://" + net.JoinHostPort(cellarIP, fmt.Sprint(s.postgres.Port))
	if r := s.cellar.run(t, nil, "", s.agent, "policy", "allow", "--state", state, "--secret", "file:shop-password", "--source", source, "--plaintext"); r.code != 0 {
		t.Fatalf("policy: %+v", r)
	}
	p := s.cellar.start(t, "node-"+name, s.dir, nil, s.agent, "run", "--state", state, "--vault-file", secrets)
	p.until(t, time.Minute, "the node is connected", func() bool {
		var status struct{ Connected bool }
		text, err := os.ReadFile(filepath.Join(state, "status.json"))
		return err == nil && json.Unmarshal(text, &status) == nil && status.Connected
	})
	return p
}

// scanFinds runs the scan, which must end whole, and finds an asset in the map.
func (s *stage) scanFinds(t *testing.T, asset string) {
	t.Helper()
	if out := s.purlieu(t, "search", asset); strings.Contains(out, asset) {
		t.Errorf("%s is in the map before it was scanned:\n%s", asset, out)
	}
	s.purlieu(t, "scan", "run", "shop", "nightly", "--watch")
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) { // the index follows the run
		out := s.purlieu(t, "search", asset)
		if strings.Contains(out, "shop/sales/"+asset) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s is not found:\n%s", asset, out)
		}
	}
}
