// Package vault is the contract of stores of secrets: a reference in, a secret out.
//
// A vault is opened by a node inside its network; the account only ever sees references (model.SecretRef).
// Members are file and env; each is one folder and one entry in vault/all.
package vault

import (
	"context"
	"log/slog"

	"github.com/purlieu/purlieu/model"
)

// Vault resolves references of one kind.
type Vault interface {
	// Kind is the word in references: "file", "env".
	Kind() string
	// Resolve reads the secret now, without a cache: rotation is seen at the next use.
	// It fails with fault.NotFound, fault.Denied, fault.Invalid or fault.Unreachable; no error ever quotes a value.
	Resolve(ctx context.Context, ref model.SecretRef) (Secret, error)
}

// Secret is the value behind a reference. It prints, logs and marshals as "[secret]".
type Secret struct{ value []byte }

// NewSecret takes ownership of value.
func NewSecret(value []byte) Secret { return Secret{value} }

// Reveal is the value. Call it at the last moment, at the sign-in itself; the caller must not keep or change it.
func (s Secret) Reveal() []byte { return s.value }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return len(s.value) == 0 }

const veil = "[secret]"

// String hides the value.
func (Secret) String() string { return veil }

// GoString hides the value.
func (Secret) GoString() string { return veil }

// LogValue hides the value.
func (Secret) LogValue() slog.Value { return slog.StringValue(veil) }

// MarshalText hides the value, in JSON too.
func (Secret) MarshalText() ([]byte, error) { return []byte(veil), nil }

// MarshalCBOR hides the value.
func (Secret) MarshalCBOR() ([]byte, error) {
	return append([]byte{0x60 + byte(len(veil))}, veil...), nil
}
