package node

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/certs"
)

func noEnv(string) string { return "" }

func TestAWayIsKeptWithoutThePassword(t *testing.T) {
	dir := t.TempDir()
	password := filepath.Join(dir, "proxy.pw")
	if err := os.WriteFile(password, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host + " " + r.Header.Get("Proxy-Authorization")
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	if err := (Way{Proxy: proxy.URL, User: "node", PasswordFile: password}).Save(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(wayPath(dir))
	if err != nil || strings.Contains(string(text), "sesame") {
		t.Errorf("the state is %s, %v", text, err)
	}
	w, err := LoadWay(dir)
	if err != nil {
		t.Fatal(err)
	}
	dial, err := w.Dial(noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dial(context.Background(), "tcp", "account.example:8443"); err == nil {
		t.Error("a proxy that refuses lets through")
	}
	want := "CONNECT account.example:8443 Basic " + base64.StdEncoding.EncodeToString([]byte("node:sesame"))
	if got := <-asked; got != want {
		t.Errorf("the proxy was asked %q, want %q", got, want)
	}
	if err := os.Remove(password); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Dial(noEnv); fault.CodeOf(err) != "BadPasswordFile" {
		t.Errorf("without the password's file: %v", err)
	}
}

func TestAStateWithoutAWayGoesDirectly(t *testing.T) {
	w, err := LoadWay(t.TempDir())
	if err != nil || w.Proxy != ProxyNone {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestBothDoorsAreHeldToTheAccountsAuthority(t *testing.T) {
	account, err := certs.Open(t.TempDir(), time.Now, []string{"two.example"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := certs.Open(t.TempDir(), time.Now, []string{"two.example"})
	if err != nil {
		t.Fatal(err)
	}
	state := State{AccountURL: "https://one.example:1", IngestURL: "https://two.example:2", Roots: string(account.RootPEM())}
	conf, err := accountTLS(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := shake(account.TLSConfig(), conf); err != nil {
		t.Errorf("the ingestion door: %v", err)
	}
	if err := shake(other.TLSConfig(), conf); fault.CodeOf(err) != certs.CodeIntercepted {
		t.Errorf("somebody else's certificate for its name: %v", err)
	}
	state.AccountURL, state.IngestURL = "http://127.0.0.1:1", "http://127.0.0.1:1"
	if conf, err := accountTLS(state); conf != nil || err != nil {
		t.Errorf("without TLS: %+v, %v", conf, err)
	}
	state.IngestURL, state.Roots = "https://two.example", "no PEM"
	if _, err := accountTLS(state); err == nil {
		t.Error("a state without an authority is taken")
	}
}

// shake is the client's end of a handshake with two.example.
func shake(server, client *tls.Config) error {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	go func() { _ = tls.Server(there, server).Handshake() }()
	client = client.Clone()
	client.ServerName = "two.example"
	return tls.Client(here, client).Handshake()
}
