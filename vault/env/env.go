// Package env is the vault of environment variables: the reference "env:PURLIEU_SECRET_SHOP" is the value of that
// variable of the node's process. Only names with a configured prefix are secrets; every other variable is out of
// reach, however the account writes the reference.
package env

import (
	"context"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/vault"
)

// DefaultPrefix is what names begin with where nothing else is configured.
const DefaultPrefix = "PURLIEU_SECRET_"

// MaxSize is the size of the largest value that is taken for a secret, in bytes.
const MaxSize = 64 << 10

// Config says which variables are secrets.
type Config struct {
	Prefix string // of names; DefaultPrefix where empty
	// Lookup reads a variable, as os.LookupEnv does. Without one every reference is NotFound.
	Lookup func(name string) (string, bool)
}

// New is the vault.
func New(cfg Config) vault.Vault {
	if cfg.Prefix == "" {
		cfg.Prefix = DefaultPrefix
	}
	if cfg.Lookup == nil {
		cfg.Lookup = func(string) (string, bool) { return "", false }
	}
	return variables{cfg}
}

type variables struct{ cfg Config }

func (variables) Kind() string { return "env" }

// Resolve reads the variable anew each time.
func (v variables) Resolve(ctx context.Context, ref model.SecretRef) (vault.Secret, error) {
	var none vault.Secret
	if err := ctx.Err(); err != nil {
		return none, fault.New(fault.Unreachable, "Cancelled", "%s was not read: the time for it is over", ref).Because(err)
	}
	switch {
	case ref.Vault != v.Kind():
		return none, fault.New(fault.Invalid, "WrongVault", "%s is not a reference into this vault", ref)
	case ref.Version != "" || len(ref.Options) > 0:
		return none, fault.New(fault.Invalid, "BadReference", "a reference into the env vault has a name only, no version and no options")
	case !strings.HasPrefix(ref.Name, v.cfg.Prefix) || ref.Name == v.cfg.Prefix || !plain(ref.Name):
		return none, fault.New(fault.Denied, "OutsidePrefix", "%q is not a variable for secrets", ref.Name).
			Try("Use a name of letters, digits and '_' that begins with %s", v.cfg.Prefix)
	}
	value, ok := v.cfg.Lookup(ref.Name)
	switch {
	case !ok:
		return none, fault.New(fault.NotFound, "SecretNotFound", "the variable %s is not set", ref.Name).
			Try("Set it where the node is started, and start the node again")
	case value == "":
		return none, fault.New(fault.Invalid, "SecretEmpty", "the variable %s is empty", ref.Name)
	case len(value) > MaxSize:
		return none, fault.New(fault.Invalid, "SecretTooBig", "the variable %s has more than %d bytes", ref.Name, MaxSize)
	}
	return vault.NewSecret([]byte(value)), nil
}

func plain(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}
