package postgres

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// What the description promises of a setting must be what the connection does.
func TestTheDescriptionPromisesVerifiedTLSOnlyWhereTheConnectionIs(t *testing.T) {
	for _, c := range []*Connector{New(), NewAzure(), NewAmazon()} {
		kind := c.Describe()
		promised := 0
		for _, text := range []string{"", "verify-full", "verify-ca", "require", "disable", "0", "1", "2", "3", "4", "5", "6", "00", "05", "+4", "prefer", "VERIFY-FULL", " verify-full"} {
			get := func(name string) string { return kind.Get(model.Settings{"sslMode": text}, name) }
			got, err := kind.Verified.Expand(get)
			if err != nil {
				t.Fatal(err)
			}
			mode, err := parseSSLMode(get("sslMode"))
			if got != "" && (err != nil || !mode.verified()) {
				t.Errorf("%s: sslMode %q is said to be verified, and is %q, %v", kind.Name, text, mode, err)
			}
			if got != "" {
				promised++
			}
		}
		if promised < 3 {
			t.Errorf("%s: only %d settings are verified", kind.Name, promised)
		}
	}
}

// What a form or the client shows is pasted as it stands, once the names are filled in.
func TestWhatALoginNeedsCanBePasted(t *testing.T) {
	for _, c := range []*Connector{New(), NewAzure(), NewAmazon()} {
		for _, use := range c.Describe().Credentials {
			for _, line := range use.Grants {
				if statement, _, _ := strings.Cut(line, "--"); !strings.HasSuffix(strings.TrimSpace(statement), ";") {
					t.Errorf("%s, %s: %q runs into the next line", c.flavour.kind, use.Kind, line)
				}
			}
		}
	}
}

// A certificate of a public authority says nothing about who has it, but for the name in it.
func TestWithoutAuthoritiesOfItsOwnVerifyCAChecksTheName(t *testing.T) {
	for _, mode := range []sslMode{verifyCA, verifyFull} {
		config, err := tlsConfig(mode, "db.example.com", "")
		if err != nil || config.InsecureSkipVerify || config.VerifyConnection != nil || config.ServerName != "db.example.com" {
			t.Errorf("%s: %+v, %v", mode, config, err)
		}
	}
}
