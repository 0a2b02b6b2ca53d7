package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestAuthKey(t *testing.T) {
	key := AuthKey{
		Runtime: "5a0b4f62-0000-4000-8000-000000000001", Account: "5a0b4f62-0000-4000-8000-000000000002",
		Endpoint: "[2001:db8::1]:8443", Pin: "sha256:abc=", Secret: strings.Repeat("A", 43),
	}
	t.Run("survives its text", func(t *testing.T) {
		got, err := ParseAuthKey("  " + key.Text() + "\n")
		if err != nil || got != key {
			t.Fatalf("got %#v, %v", got.Endpoint, err)
		}
	})
	t.Run("every cut is refused and not quoted", func(t *testing.T) {
		text := key.Text()
		for n := range len(text) {
			_, err := ParseAuthKey(text[:n])
			if fault.CodeOf(err) != "MalformedKey" {
				t.Fatalf("cut at %d: %v", n, err)
			}
			if strings.Contains(err.Error(), "AAAA") {
				t.Fatalf("cut at %d: the error quotes the key: %v", n, err)
			}
		}
	})
	t.Run("does not print", func(t *testing.T) {
		b, _ := json.Marshal(key)
		for _, s := range []string{fmt.Sprint(key), fmt.Sprintf("%+v %#v", key, key), string(b)} {
			if strings.Contains(s, "AAAA") {
				t.Errorf("printed the secret: %s", s)
			}
		}
	})
}

func TestValidNodeName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "node-1": true, "N": true, strings.Repeat("x", 63): true,
		"": false, "-a": false, "a-": false, "a--b": false, "a.b": false, "a b": false, "a*": false, "ä": false,
		strings.Repeat("x", 64): false,
	} {
		if ValidNodeName(name) != want {
			t.Errorf("%q: want %v", name, want)
		}
	}
}
