package enrol

import (
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network"
)

func TestDefaultNameIsAlwaysValid(t *testing.T) {
	for machine, want := range map[string]string{
		"db-7.corp.example": "db-7-corp-example", "": "node", "...": "node", "_a__b_": "a-b", "Größe": "Gr-e",
		strings.Repeat("x.", 80): strings.TrimSuffix(strings.Repeat("x-", 32), "-"),
	} {
		if got := DefaultName(machine); got != want || !model.ValidNodeName(got) {
			t.Errorf("%q: got %q, want %q", machine, got, want)
		}
	}
}

func FuzzDefaultName(f *testing.F) {
	f.Add("host.example")
	f.Fuzz(func(t *testing.T, machine string) {
		if got := DefaultName(machine); !model.ValidNodeName(got) {
			t.Errorf("%q gives %q", machine, got)
		}
	})
}

func TestABrokenStateSaysSo(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"cut state":    {"node.json": `{"node":"pool--n1"`, "node.key": ""},
		"no key":       {"node.json": `{"node":"pool--n1"}`},
		"cut key":      {"node.json": `{}`, "node.key": "-----BEGIN PRIVATE KEY-----\ncanary"},
		"foreign key":  {"node.json": `{}`, "node.key": "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"},
		"not even one": {"node.json": "\x00", "node.key": "\x00"},
	} {
		dir := t.TempDir()
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Load(dir)
		if fault.CodeOf(err) != "StateDir" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARefusalIsFitForATerminal(t *testing.T) {
	err := refusal(403, []byte(`{"error":{"code":"Bad\u001b[2J","message":"a\u0007b`+strings.Repeat("x", 2000)+`"}}`), "host")
	if text := err.Error() + fault.CodeOf(err); strings.ContainsAny(text, "\x1b\x07") || len(text) > 700 {
		t.Fatalf("%q", text)
	}
	if fault.CodeOf(refusal(502, []byte("<html>"), "host")) != "NotAnAccount" {
		t.Fatal("a web page was taken for the account")
	}
}

// An inspecting proxy or a portal between may answer with a redirect, to an address in clear.
func TestTheSecretOfAKeyFollowsNoRedirect(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	account := httptest.NewTLSServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer account.Close()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: account.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	const guid = "00000000-0000-0000-0000-000000000001"
	key := model.AuthKey{
		Runtime: guid, Account: guid, Endpoint: account.Listener.Addr().String(),
		Pin: strings.Repeat("A", 43), Secret: strings.Repeat("B", 43),
	}
	_, err := Enrol(t.Context(), Options{Key: key.Text(), Name: "n1", StateDir: filepath.Join(dir, "state"), CAFile: ca})
	if fault.CodeOf(err) != "NotAnAccount" || asked != 0 {
		t.Errorf("%v; the other was asked %d times", err, asked)
	}
}

// A key carries the name that the account has of itself; a remedy that speaks of DNS alone leads nowhere.
func TestAnAccountWhoseNameIsNotKnownHereMayHaveAnother(t *testing.T) {
	const guid = "00000000-0000-0000-0000-000000000001"
	key := model.AuthKey{Runtime: guid, Account: guid, Endpoint: "account.invalid:8443", Pin: strings.Repeat("A", 43), Secret: strings.Repeat("B", 43)}
	for remedy, want := range map[string]string{"Ask DNS": "account.invalid:8443 is not known. Ask DNS. If", "": "account.invalid:8443 is not known. If"} {
		dial := func(context.Context, string, string) (net.Conn, error) {
			err := fault.New(fault.Unreachable, network.CodeNameNotFound, "the name in account.invalid:8443 is not known")
			if remedy != "" {
				err = err.Try("%s", remedy)
			}
			return nil, err
		}
		_, err := Enrol(t.Context(), Options{Key: key.Text(), Name: "n1", StateDir: filepath.Join(t.TempDir(), "state"), Dial: dial})
		if fault.CodeOf(err) != "NameNotFound" || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "purlieu server --name") {
			t.Errorf("%v", err)
		}
	}
}

func TestANewEnrolmentGivesUpARotation(t *testing.T) {
	dir := t.TempDir()
	if _, err := ensureKey(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(statePath(dir), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := AskRotation(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := makeKey(nextPath(dir)); err != nil {
		t.Fatal(err)
	}
	if asked, err := RotationAsked(dir); err != nil || !asked {
		t.Fatal(asked, err)
	}
	if err := forgetNext(dir); err != nil {
		t.Fatal(err)
	}
	if asked, err := RotationAsked(dir); err != nil || asked {
		t.Errorf("it goes on: %v", err)
	}
}
