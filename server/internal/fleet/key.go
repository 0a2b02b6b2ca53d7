package fleet

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// KeyName is which of a runtime's two keys, as on the wire.
type KeyName string

// The keys.
const (
	AuthKey1 KeyName = "authKey1"
	AuthKey2 KeyName = "authKey2"
)

func (k KeyName) index() (int, error) {
	switch k {
	case AuthKey1:
		return 0, nil
	case AuthKey2:
		return 1, nil
	}
	return 0, fault.New(fault.Invalid, "InvalidKeyName", "a key's name is %s or %s", AuthKey1, AuthKey2)
}

// KeyLimit bounds what a key may do until it is regenerated. Zero values set no bound.
type KeyLimit struct {
	MaxNodes int       // nodes that it may enrol, counted from its making
	Expires  time.Time // when it stops enrolling
}

// KeyState is a key without its text.
type KeyState struct {
	Limit    KeyLimit
	Enrolled int // nodes that it enrolled
	Created  time.Time
}

// AuthKeys are the texts of a runtime's keys. They are secrets.
type AuthKeys struct{ Key1, Key2 string }

type keyDoc struct {
	Sealed   []byte    `json:"sealed"`
	MaxNodes int       `json:"maxNodes,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Enrolled int       `json:"enrolled,omitempty"`
	Created  time.Time `json:"created,omitzero"`
}

func keyLabel(runtimeID string, i int) string { return fmt.Sprintf("authkey %s %d", runtimeID, i+1) }

func (s *Service) newKey(runtimeID string, i int) keyDoc {
	secret := make([]byte, model.AuthKeySecretSize)
	rand.Read(secret)
	return keyDoc{Sealed: s.seal.Seal(secret, keyLabel(runtimeID, i))}
}

// keyText is the whole key, for people to pass on.
func (s *Service) keyText(body runtimeDoc, i int) (string, error) {
	secret, err := s.seal.Open(body.Keys[i].Sealed, keyLabel(body.ID, i))
	if err != nil {
		return "", err
	}
	at := s.cfg.Place()
	return model.AuthKey{
		Runtime: body.ID, Account: s.cfg.Account, Endpoint: at.Endpoint, Pin: at.Pin,
		Secret: base64.RawURLEncoding.EncodeToString(secret),
	}.Text(), nil
}

func (s *Service) keyTexts(body runtimeDoc) (keys AuthKeys, err error) {
	if body.Kind != model.RuntimeSelfHosted {
		return keys, fault.New(fault.Invalid, "NoAuthKeys", "a runtime of kind %s has no authentication keys", body.Kind)
	}
	if keys.Key1, err = s.keyText(body, 0); err == nil {
		keys.Key2, err = s.keyText(body, 1)
	}
	return keys, err
}

// ListAuthKeys gives the texts of both keys of a self-hosted runtime.
func (s *Service) ListAuthKeys(ctx context.Context, runtime string) (keys AuthKeys, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		body, _, err := getRuntime(ctx, tx, runtime)
		if err == nil {
			keys, err = s.keyTexts(body)
		}
		return err
	})
	return keys, err
}

// RegenerateAuthKey replaces one key, and its limits with it. Nodes that it enrolled stay.
func (s *Service) RegenerateAuthKey(ctx context.Context, runtime string, which KeyName) (keys AuthKeys, err error) {
	i, err := which.index()
	if err != nil {
		return keys, err
	}
	err = s.changeRuntime(ctx, runtime, func(tx store.Tx, body *runtimeDoc) (err error) {
		body.Keys[i] = s.newKey(body.ID, i)
		body.Keys[i].Created = tx.Now()
		keys, err = s.keyTexts(*body)
		return err
	})
	return keys, err
}

// SetKeyLimit bounds a key. Nodes that it enrolled before count and stay.
func (s *Service) SetKeyLimit(ctx context.Context, runtime string, which KeyName, limit KeyLimit) error {
	i, err := which.index()
	if err != nil {
		return err
	}
	if limit.MaxNodes < 0 {
		return fault.New(fault.Invalid, "InvalidLimit", "a key can't enrol fewer than no nodes")
	}
	return s.changeRuntime(ctx, runtime, func(_ store.Tx, body *runtimeDoc) error {
		body.Keys[i].MaxNodes, body.Keys[i].Expires = limit.MaxNodes, limit.Expires.UTC()
		return nil
	})
}

// KeyStates gives both keys' limits and use.
func (s *Service) KeyStates(ctx context.Context, runtime string) (states map[KeyName]KeyState, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		body, doc, err := getRuntime(ctx, tx, runtime)
		if err != nil {
			return err
		}
		states = map[KeyName]KeyState{}
		for i, name := range []KeyName{AuthKey1, AuthKey2} {
			k := body.Keys[i]
			if k.Created.IsZero() {
				k.Created = doc.Created
			}
			states[name] = KeyState{Limit: KeyLimit{MaxNodes: k.MaxNodes, Expires: k.Expires}, Enrolled: k.Enrolled, Created: k.Created}
		}
		return nil
	})
	return states, err
}

// matchKey finds which key of a runtime the secret is; -1 for none. It takes as long for either.
func (s *Service) matchKey(body runtimeDoc, secret string) (int, error) {
	given, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil {
		given = nil
	}
	found := -1
	for i := range body.Keys {
		want, err := s.seal.Open(body.Keys[i].Sealed, keyLabel(body.ID, i))
		if err != nil {
			return -1, err
		}
		if subtle.ConstantTimeCompare(given, want) == 1 {
			found = i
		}
	}
	return found, nil
}
