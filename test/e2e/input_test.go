package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

// failure is a run that must not succeed: what it says goes to a person.
func (a *account) failure(t *testing.T, s *source, code, word string) {
	t.Helper()
	a.t = t
	r, gaps := a.scan(s)
	if at := strings.TrimPrefix(s.address(), "PostgreSql://"); !strings.Contains(r.Purlieu.Text, at) || !strings.Contains(r.Purlieu.Text, "credential scanner") {
		t.Errorf("the run does not say that %s was to be read with scanner: %s", at, r.Purlieu.Text)
	}
	for _, g := range gaps {
		if g.Gap.Code == code && strings.Contains(g.Gap.Remedy, word) {
			return
		}
	}
	t.Errorf("the run ended %s (%s: %s) with gaps %+v; want the code %s and %q in its remedy", r.Status, r.Purlieu.Code, r.Purlieu.Text, gaps, code, word)
}

func TestABadSourceIsNamedAndMendedByItsRemedy(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)

	t.Run("wrong_password", func(t *testing.T) {
		n.write("secrets/shop-password", "not the password")
		a.failure(t, s, "WrongPassword", "")
		n.write("secrets/shop-password", theHouse.password)
		a.scanWhole(s)
	})
	t.Run("a_database_that_does_not_exist", func(t *testing.T) {
		a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName=nowhere", "--level", "L2")
		a.failure(t, s, "NoSuchDatabase", "")
		a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName=shop", "--level", "L2")
		a.scanWhole(s)
	})
	t.Run("TLS_that_the_server_does_not_offer", func(t *testing.T) {
		a.register(s, "sslMode=require")
		a.failure(t, s, "TLSRefused", "")
		a.register(s)
		a.scanWhole(s)
	})
	t.Run("a_secret_that_is_not_bound_to_the_source_is_refused_with_the_command_that_allows_it", func(t *testing.T) {
		other := a.machine("two")
		if r := other.enrol(a.keys("edge")[1]); r.code != 0 {
			t.Fatalf("enrol: %s", r)
		}
		other.runtime("policy", "allow", "--source", s.address())
		n.process.stop(t)
		other.start()
		a.t = t
		_, gaps := a.scan(s)
		command := regexp.MustCompile(`purlieu-runtime (policy allow [^"'` + "`" + `]*)`)
		for _, g := range gaps {
			if found := command.FindStringSubmatch(g.Gap.Remedy); found != nil {
				other.runtime(strings.Fields(strings.TrimSuffix(found[1], "."))...)
				a.scanWhole(s)
				other.process.stop(t)
				return
			}
		}
		t.Errorf("no gap names the command: %+v", gaps)
	})
}

func TestADatabaseServerThatStopsInTheMiddleOfAScan(t *testing.T) {
	t.Parallel()
	server := pgserver.Start(t)
	if err := theHouse.addScanner(server); err != nil {
		t.Fatal(err)
	}
	if err := load(server, "fragile", func(server *pgserver.Server) error { return fillShop(server, "fragile") }); err != nil {
		t.Fatal(err)
	}
	s := &source{server, "fragile"}
	a := newAccount(t, "--lease", short.String()) // the waits between tries go by it
	a.node(a.runtime("edge"), "one", s)
	a.register(s)
	s.hold(t)
	id := a.begin(s)
	until(t, 15*time.Second, "the scan is in the middle of the tables", func() bool { return s.waiting(t) })
	server.Stop()
	run := a.await(s, id, 90*time.Second)
	if run.Status == "Succeeded" && run.Purlieu.Counts.Gaps == 0 {
		t.Errorf("the run ended %s without a gap", run.Status)
	}
	if run.Purlieu.Code == "" || run.Purlieu.Text == "" {
		t.Errorf("the run does not say why: %+v", run)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	a.scanWhole(s)
	got, _ := a.told(s)
	compare(t, s.truth(t), got)
}

func TestADatabaseServerThatTakesOnlyTLS(t *testing.T) {
	t.Parallel()
	server := pgserver.Start(t)
	if err := theHouse.addScanner(server); err != nil {
		t.Fatal(err)
	}
	if err := load(server, "strict", func(server *pgserver.Server) error { return fillShop(server, "strict") }); err != nil {
		t.Fatal(err)
	}
	cert, key := certificate(t)
	for name, text := range map[string]string{
		"server.crt": cert, "server.key": key,
		"pg_hba.conf": "host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
	} {
		if err := server.WriteData(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := server.Exec("postgres", "alter system set ssl = on"); err != nil {
		t.Fatal(err)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	s := &source{server, "strict"}
	a := newAccount(t)
	a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.failure(t, s, "TLSRequired", "sslMode")
	other, _ := certificate(t)
	bundle := filepath.Join(t.TempDir(), "ca.pem") // as large as that of a provider with many regions
	if err := os.WriteFile(bundle, []byte(strings.Repeat(other, 170_000/len(other))+cert), 0o600); err != nil {
		t.Fatal(err)
	}
	a.register(s, "sslMode=verify-ca", "sslRootCert=@"+bundle)
	a.scanWhole(s)
}

// certificate makes a certificate for a server, signed by itself.
func certificate(t *testing.T) (certPEM, keyPEM string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}

func TestEnrolment(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	key := a.runtime("edge")
	elsewhere := newAccount(t)
	foreign := elsewhere.runtime("edge")
	for _, c := range []struct {
		name, key string
		exit      int
		code      string
	}{
		{"with_no_key_at_all", "", 1, "NoKey"},
		{"with_nonsense", "this is no key", 1, "MalformedKey"},
		{"with_a_key_cut_short", key[:len(key)-8], 1, "MalformedKey"},
		{"with_a_key_whose_secret_is_wrong", swap(key), 3, "KeyRefused"},
	} {
		t.Run(c.name+"_is_refused_with_its_cause", func(t *testing.T) {
			a.t = t
			r := a.machine("bad").enrol(c.key)
			refused(t, r, c.exit, c.code)
			if c.key != "" && strings.Contains(r.out+r.err, c.key) {
				t.Error("the refusal quotes the key")
			}
		})
	}
	t.Run("with_a_regenerated_key_is_refused_and_with_the_new_one_works", func(t *testing.T) {
		a.t = t
		a.purlieu("runtime", "keys", "edge", "--regenerate", "1")
		refused(t, a.machine("late").enrol(key), 3, "KeyRefused")
		fresh := a.keys("edge")[0]
		if fresh == key {
			t.Fatal("the key is the same")
		}
		if r := a.machine("late").enrol(fresh); r.code != 0 {
			t.Errorf("with the new key: %s", r)
		}
	})
	t.Run("with_the_key_of_another_account_enrols_there_and_nowhere_else", func(t *testing.T) {
		a.t = t
		n := a.machine("stray")
		if r := n.enrol(foreign); r.code != 0 || !strings.Contains(r.out, fmt.Sprintf(":%d", elsewhere.port)) {
			t.Errorf("enrol: %s", r)
		}
		if out := a.purlieu("node", "list", "edge"); strings.Contains(out, "stray") {
			t.Errorf("the node is in this account:\n%s", out)
		}
		if out := elsewhere.purlieu("node", "list", "edge"); !strings.Contains(out, "stray") {
			t.Errorf("the node is not in its key's account:\n%s", out)
		}
		r := n.enrol(a.keys("edge")[0])
		refused(t, r, 5, "AlreadyEnrolled")
	})
	t.Run("of_a_second_machine_under_the_name_of_the_first_is_refused", func(t *testing.T) {
		a.t = t
		second := a.keys("edge")[1]
		if r := a.machine("twin").enrol(second); r.code != 0 {
			t.Fatalf("enrol: %s", r)
		}
		impostor := a.machine("other")
		impostor.name = "twin"
		refused(t, impostor.enrol(second), 5, "NameTaken")
	})
	t.Run("of_a_machine_that_the_account_removed_must_be_done_anew", func(t *testing.T) {
		a.t = t
		s := shop(t)
		n := a.node(a.keys("edge")[1], "gone", s)
		a.purlieu("node", "remove", "edge", "gone")
		until(t, 10*time.Second, "the node is cut off", func() bool { s := n.status(); return s.PID != 0 && !s.Connected })
		until(t, 10*time.Second, "the node says why", func() bool { return n.status().TroubleCode == "NodeNotEnrolled" })
		n.process.stop(t)
		if r := n.enrol(a.keys("edge")[1], "--again"); r.code != 0 {
			t.Fatalf("enrol again: %s", r)
		}
		n.start()
	})
}

// refused is a program that ended with its one cause, which it names by its code.
func refused(t *testing.T, r result, exit int, code string) {
	t.Helper()
	if r.code != exit || !strings.Contains(r.err, "("+code+")") {
		t.Errorf("want the exit code %d and the cause %s; got %s", exit, code, r)
	}
}

// swap changes one letter in the middle of a key.
func swap(key string) string {
	i := len(key) - 12
	letter := byte('A')
	if key[i] == letter {
		letter = 'B'
	}
	return key[:i] + string(letter) + key[i+1:]
}
