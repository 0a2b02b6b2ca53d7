package server

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/purlieu/purlieu/network/certs"
)

func TestTheAddressInKeysIsOneThatTheCertificateIsFor(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
		want   string
	}{
		{"the_address_listened_on", Config{Listen: "198.18.0.2:8443"}, "198.18.0.2:8443"},
		{"the_name_listened_on", Config{Listen: "map.example.com:443"}, "map.example.com:443"},
		{"an_IPv6_address", Config{Listen: "[2001:db8::2]:8443"}, "[2001:db8::2]:8443"},
		{"a_configured_name_first", Config{Listen: "198.18.0.2:8443", Names: []string{"map.example.com"}}, "map.example.com:8443"},
	} {
		t.Run(c.name, func(t *testing.T) {
			authority, err := certs.Open(filepath.Join(t.TempDir(), "tls"), time.Now, c.config.names())
			if err != nil {
				t.Fatal(err)
			}
			p := newPlace(c.config, authority)
			if got := p.get().Endpoint; got != c.want {
				t.Errorf("keys say %s, want %s", got, c.want)
			}
			cert, err := authority.TLSConfig().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := cert.Leaf.VerifyHostname(p.host); err != nil {
				t.Error(err)
			}
		})
	}
	if names := (Config{Listen: ":8443"}).names(); names != nil {
		t.Errorf("every address is not a name: %v", names)
	}
	if names := (Config{Listen: "0.0.0.0:8443"}).names(); names != nil {
		t.Errorf("every address is not a name: %v", names)
	}
}
