package postgres_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/test/pgserver"
)

// certificate makes a certificate for a name, signed by itself.
func certificate(t *testing.T, name string) (certPEM, keyPEM string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
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

func TestTLS(t *testing.T) {
	must(t)
	own := pgserver.Start(t)
	good, key := certificate(t, "localhost")
	other, _ := certificate(t, "localhost")
	exec(t, own, "postgres", "create role clear login password 'clear'")
	for name, text := range map[string]string{
		"server.crt": good, "server.key": key,
		"pg_hba.conf": "host all postgres 127.0.0.1/32 scram-sha-256\n" + // for the tests' own psql
			"hostssl all clear 127.0.0.1/32 password\nhostssl all all 127.0.0.1/32 scram-sha-256\n",
	} {
		if err := own.WriteData(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, own, "postgres", "create role secure login password 'secure'; alter system set ssl = on;")
	if err := own.Reload(); err != nil {
		t.Fatal(err)
	}
	c := postgres.New()
	for _, tc := range []struct{ name, user, mode, host, root, code string }{
		{"required but not used", "secure", "disable", "127.0.0.1", "", "TLSRequired"},
		{"used without a check", "secure", "require", "127.0.0.1", "", ""},
		{"certificate checked", "secure", "verify-ca", "127.0.0.1", good, ""},
		{"certificate and name checked", "secure", "verify-full", "localhost", good, ""},
		{"the default checks", "secure", "", "localhost", good, ""},
		{"another name", "secure", "verify-full", "127.0.0.1", good, "TLSUntrusted"},
		{"another authority", "secure", "verify-ca", "127.0.0.1", other, "TLSUntrusted"},
		{"another name, and no authority", "secure", "verify-ca", "127.0.0.1", "", "TLSUntrusted"},
		{"no authority", "secure", "verify-full", "localhost", "", "TLSUntrusted"},
		{"not a certificate", "secure", "verify-full", "localhost", "x", "BadSetting"},
		{"password in clear over a checked connection", "clear", "verify-full", "localhost", good, ""},
		{"password in clear over an unchecked connection", "clear", "require", "127.0.0.1", "", "PasswordInClear"},
		{"number of the published interface", "secure", "5", "localhost", good, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env := worldOf(c, own).As(tc.user, tc.user).With("sslMode", tc.mode).With("serverEndpoint", tc.host).With("sslRootCert", tc.root)
			units, err := connectortest.Units(t.Context(), c, env)
			if got := fault.CodeOf(err); got != tc.code {
				t.Fatalf("got %q (%v), want %q", got, err, tc.code)
			}
			if err != nil {
				tested := lastStep(t, c, env)
				if tested.OK || tested.Remedy == "" && tc.code != "BadSetting" {
					t.Errorf("the connection test ends with %+v", tested)
				}
				if tc.code == "TLSUntrusted" && !strings.Contains(tested.Remedy, "sslRootCert") {
					t.Errorf("the remedy leaves out what is missing: %+v", tested)
				}
				return
			}
			if err := c.Scan(t.Context(), env, units[0], &connectortest.Haul{}); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("of a sign-in that the server refuses, TLS is told", func(t *testing.T) {
		steps := stepsOf(t, c, worldOf(c, own).As("secure", "wrong").With("sslMode", "verify-full").With("serverEndpoint", "localhost").With("sslRootCert", good))
		want := []connector.Step{{Name: "tls", OK: true, Detail: "encrypted, certificate verified"}, {Name: "sign in", Detail: "the server refused user name or password", Remedy: steps[len(steps)-1].Remedy}}
		if len(steps) != 3 || !slices.Equal(steps[1:], want) {
			t.Errorf("%+v", steps)
		}
	})
	t.Run("a green step leaves a choice for a trusted network alone", func(t *testing.T) {
		for mode, env := range map[string]*connectortest.Env{
			"disable": worldOf(c, must(t)), "require": worldOf(c, own).As("secure", "secure").With("sslMode", "require"),
		} {
			var steps []connector.Step
			if err := c.Test(t.Context(), env, func(s connector.Step) { steps = append(steps, s) }); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
			i := slices.IndexFunc(steps, func(s connector.Step) bool { return s.Name == "tls" })
			if i < 0 || !steps[i].OK || !strings.HasPrefix(steps[i].Remedy, "Where the network is not trusted: ") {
				t.Errorf("%s: %+v", mode, steps)
			}
		}
	})
	t.Run("refused by a server without it", func(t *testing.T) {
		env := worldOf(c, must(t)).With("sslMode", "verify-full")
		_, err := connectortest.Units(t.Context(), c, env)
		if fault.CodeOf(err) != "TLSRefused" || !strings.Contains(err.Error(), "sslMode") {
			t.Errorf("got %v", err)
		}
	})
}

func lastStep(t *testing.T, c *postgres.Connector, env *connectortest.Env) connector.Step {
	t.Helper()
	steps := stepsOf(t, c, env)
	return steps[len(steps)-1]
}

func stepsOf(t *testing.T, c *postgres.Connector, env connector.Env) (steps []connector.Step) {
	t.Helper()
	if err := c.Test(t.Context(), env, func(s connector.Step) { steps = append(steps, s) }); err == nil || len(steps) == 0 {
		t.Fatalf("the test of a connection that fails: %v, %+v", err, steps)
	}
	return steps
}
