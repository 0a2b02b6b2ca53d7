package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

const basicHelper = "/usr/lib/squid/basic_ncsa_auth"

// squid starts a real squid that wants Basic credentials, and gives its address.
func squid(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("squid")
	if err != nil {
		program = "/usr/sbin/squid"
	}
	for _, f := range []string{program, basicHelper} {
		if _, err := os.Stat(f); err != nil {
			t.Skipf("squid is not installed (%s): install the package squid to run this", f)
		}
	}
	hash, err := exec.Command("openssl", "passwd", "-apr1", "secret").Output()
	if err != nil {
		t.Skip("openssl is not installed: it makes squid's password file")
	}
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	write(t, dir, "pw", "bob:"+string(hash))
	write(t, dir, "squid.conf", fmt.Sprintf(`http_port %s
auth_param basic program %s %s/pw
acl known proxy_auth REQUIRED
acl forbidden dstdomain forbidden.example
http_access deny forbidden
http_access allow known
http_access deny all
pid_filename %s/pid
access_log none
cache_log %s/log
coredump_dir %s
pinger_enable off
cache deny all
shutdown_lifetime 0 seconds
visible_hostname test
`, address, basicHelper, dir, dir, dir, dir))
	if os.Getuid() == 0 {
		if err := give(dir, "proxy"); err != nil {
			t.Skipf("squid's user can't be given its folder: %v", err)
		}
	}
	cmd := exec.Command(program, "-N", "-f", filepath.Join(dir, "squid.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
			return address
		}
		if time.Now().After(end) {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("squid did not start: %s", log)
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// give hands the folder to a user, and lets it pass through the folders above.
func give(dir, name string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	for _, f := range []string{dir, filepath.Join(dir, "pw"), filepath.Join(dir, "squid.conf")} {
		if err := os.Chown(f, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

func TestARealSquidWithBasicLetsUsThrough(t *testing.T) {
	address := squid(t)
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") }))
	defer target.Close()

	for _, c := range []struct {
		name, user, secret, target string
		code                       string
	}{
		{"right credentials", "bob", "secret", target.Listener.Addr().String(), ""},
		{"wrong secret", "bob", "guessed", target.Listener.Addr().String(), CodeProxyAuthFailed},
		{"no user", "", "", target.Listener.Addr().String(), CodeProxyAuthRequired},
		{"forbidden target", "bob", "secret", "forbidden.example:443", CodeProxyRefused},
		{"closed port", "bob", "secret", "127.0.0.1:1", CodeProxyRefused},
	} {
		t.Run(c.name, func(t *testing.T) {
			choose, err := Custom(Settings{Address: address, User: c.user, Secret: c.secret})
			if err != nil {
				t.Fatal(err)
			}
			host, port, _ := net.SplitHostPort(c.target)
			n, _ := strconv.Atoi(port)
			p, err := choose(host, n)
			if err != nil {
				t.Fatal(err)
			}
			conn, err := p.Dial(context.Background(), (&net.Dialer{}).DialContext, c.target)
			if fault.CodeOf(err) != c.code {
				t.Fatalf("%s: %v", fault.CodeOf(err), err)
			}
			if err != nil {
				if strings.Contains(err.Error(), "guessed") {
					t.Error("the secret is in the error")
				}
				return
			}
			client := target.Client()
			client.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
			res, err := client.Get(target.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			if body, _ := io.ReadAll(res.Body); string(body) != "reached" {
				t.Errorf("%q", body)
			}
		})
	}
}
