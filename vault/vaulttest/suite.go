// Package vaulttest is the suite that every vault passes.
package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/vault"
)

// Canary is in every value that the suite stores: found anywhere but in the secret itself, it has leaked.
const Canary = "canary-7c1e90"

// Member is a vault under test, with something in it.
type Member struct {
	Vault vault.Vault
	// Known is a reference that resolves. Set gives it a value, at once and for the next Resolve.
	Known model.SecretRef
	Set   func(t *testing.T, value string)
	// Missing is a well-formed reference to nothing.
	Missing model.SecretRef
	// Bad are references that fail, and how.
	Bad map[string]Bad
}

// Bad is a reference that must be refused.
type Bad struct {
	Ref  model.SecretRef
	Kind fault.Kind
	Code string
	// Prepare, where set, makes what the reference leads to.
	Prepare func(t *testing.T)
}

// Run holds a vault to its contract.
func Run(t *testing.T, m Member) {
	ctx := context.Background()
	t.Run("resolves what it holds, byte for byte", func(t *testing.T) {
		for _, value := range []string{
			Canary, Canary + " with blanks ", "日本" + Canary, Canary + "\n\ttwo lines", strings.Repeat(Canary, 64<<10/len(Canary)), "'\"$(" + Canary + ")%s",
		} {
			m.Set(t, value)
			got, err := m.Vault.Resolve(ctx, m.Known)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Reveal(), []byte(value)) {
				t.Errorf("%d bytes came back as %d others", len(value), len(got.Reveal()))
			}
		}
	})
	t.Run("sees a rotated secret at the next use", func(t *testing.T) {
		for i := range 3 {
			want := fmt.Sprint(Canary, i)
			m.Set(t, want)
			if got, err := m.Vault.Resolve(ctx, m.Known); err != nil || string(got.Reveal()) != want {
				t.Errorf("rotation %d is not seen: %v", i, err)
			}
		}
	})
	t.Run("gives every caller a value of his own", func(t *testing.T) {
		m.Set(t, Canary)
		first, err := m.Vault.Resolve(ctx, m.Known)
		if err != nil {
			t.Fatal(err)
		}
		clear(first.Reveal())
		if second, err := m.Vault.Resolve(ctx, m.Known); err != nil || string(second.Reveal()) != Canary {
			t.Errorf("a caller that wiped its copy wiped the vault's: %v", err)
		}
	})
	t.Run("is safe for many at once", func(t *testing.T) {
		m.Set(t, Canary)
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				if got, err := m.Vault.Resolve(ctx, m.Known); err != nil || string(got.Reveal()) != Canary {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	})
	t.Run("says what is missing, and the next step", func(t *testing.T) {
		_, err := m.Vault.Resolve(ctx, m.Missing)
		check(t, err, fault.NotFound, "SecretNotFound")
	})
	t.Run("stops when its time is over", func(t *testing.T) {
		over, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := m.Vault.Resolve(over, m.Known); !fault.Is(err, fault.Unreachable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	t.Run("refuses a reference into another vault", func(t *testing.T) {
		ref := m.Known
		ref.Vault = "another"
		_, err := m.Vault.Resolve(ctx, ref)
		check(t, err, fault.Invalid, "WrongVault")
	})
	for name, bad := range m.Bad {
		t.Run("refuses "+name, func(t *testing.T) {
			if bad.Prepare != nil {
				bad.Prepare(t)
			}
			got, err := m.Vault.Resolve(ctx, bad.Ref)
			check(t, err, bad.Kind, bad.Code)
			if !got.Empty() {
				t.Error("it gave a value all the same")
			}
		})
	}
}

// check holds an error to its kind and code, and to silence about values.
func check(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.CodeOf(err) != code {
		t.Errorf("got %v %s (%v), want %v %s", fault.KindOf(err), fault.CodeOf(err), err, kind, code)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", e, e, e), Canary) {
			t.Errorf("an error quotes a value: %v", e)
		}
	}
}
