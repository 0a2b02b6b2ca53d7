package model

import (
	"encoding/base64"
	"log/slog"
	"net"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// AuthKey is an authentication key of a runtime: all that a new node needs to find the account, to recognise it, and
// to be let in. Its text is
//
//	IR@<runtime guid>@<account guid>@ServiceEndpoint=<host:port>@pin=<pin>@<secret>
//
// where pin names the account's certificate authority in the form of network/certs and the secret is 32 random bytes
// in unpadded base64url. It prints, logs and marshals as "[secret]"; Text is the one way to the whole.
type AuthKey struct {
	Runtime  string // guid
	Account  string // guid
	Endpoint string // host:port of the account door
	Pin      string
	Secret   string
}

// AuthKeySecretSize is how many bytes a key's secret has.
const AuthKeySecretSize = 32

const (
	authKeyEndpoint = "ServiceEndpoint="
	authKeyPin      = "pin="
)

// Text is the key as people pass it on. It is a secret.
func (k AuthKey) Text() string {
	return strings.Join([]string{"IR", k.Runtime, k.Account, authKeyEndpoint + k.Endpoint, authKeyPin + k.Pin, k.Secret}, "@")
}

// ParseAuthKey reverses Text; surrounding white space is taken off. A key that can't be one is fault.Invalid with code
// "MalformedKey"; the error never quotes the text.
func ParseAuthKey(text string) (AuthKey, error) {
	parts := strings.Split(strings.TrimSpace(text), "@")
	bad := func(why string) (AuthKey, error) {
		return AuthKey{}, fault.New(fault.Invalid, "MalformedKey", "this is no authentication key: %s", why).
			Try("Copy the whole key from the runtime's page or `purlieu runtime keys`, on one line")
	}
	if parts[0] != "IR" {
		return bad("it does not begin with IR@")
	}
	if len(parts) != 6 {
		return bad("it does not have six parts, so some of it is missing")
	}
	k := AuthKey{Runtime: parts[1], Account: parts[2], Secret: parts[5]}
	var ok bool
	if k.Endpoint, ok = strings.CutPrefix(parts[3], authKeyEndpoint); !ok {
		return bad("its fourth part is no ServiceEndpoint")
	}
	if host, port, err := net.SplitHostPort(k.Endpoint); err != nil || host == "" || port == "" {
		return bad("its ServiceEndpoint is not host:port")
	}
	if k.Pin, ok = strings.CutPrefix(parts[4], authKeyPin); !ok || k.Pin == "" {
		return bad("its fifth part is no pin")
	}
	if k.Runtime == "" || k.Account == "" {
		return bad("it names no runtime or no account")
	}
	if raw, err := base64.RawURLEncoding.DecodeString(k.Secret); err != nil || len(raw) != AuthKeySecretSize {
		return bad("its last part was cut or changed")
	}
	return k, nil
}

const keyVeil = "[secret]"

// String hides the key.
func (AuthKey) String() string { return keyVeil }

// GoString hides the key.
func (AuthKey) GoString() string { return keyVeil }

// LogValue hides the key.
func (AuthKey) LogValue() slog.Value { return slog.StringValue(keyVeil) }

// MarshalText hides the key, in JSON too.
func (AuthKey) MarshalText() ([]byte, error) { return []byte(keyVeil), nil }
