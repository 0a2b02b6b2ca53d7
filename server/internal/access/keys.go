package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// keyDoc is a signing key of the account. The private part is sealed.
type keyDoc struct {
	Public  []byte    `json:"public"`
	Private []byte    `json:"private"`
	Created time.Time `json:"created"`
	// Retired is when the last token that it signed has expired; zero while it signs, and always for "receipt".
	Retired time.Time `json:"retired,omitzero"`
}

const receiptKeyID = "receipt"

// keyring is the token keys as this replica last read them.
type keyring struct {
	mu   sync.Mutex
	keys tokenKeys
}

// tokenKeys is one reading of the token keys; it is never changed.
type tokenKeys struct {
	signer signingKey
	public map[string]ed25519.PublicKey
	read   time.Time // by the store's clock
}

func (r *keyring) get() tokenKeys {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys
}

func (r *keyring) set(keys tokenKeys) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = keys
}

type signingKey struct {
	id      string
	private ed25519.PrivateKey
	created time.Time
}

func (s *Service) newKey(ctx context.Context, tx store.Tx, id string) (ed25519.PrivateKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fault.New(fault.Internal, "NoRandomness", "a key can't be made").Because(err)
	}
	doc := keyDoc{Public: public, Private: s.sealer.Seal(private.Seed(), docKey+" "+id), Created: tx.Now()}
	return private, put(ctx, tx, docKey, id, 0, doc)
}

func (s *Service) openKey(id string, doc keyDoc) (ed25519.PrivateKey, error) {
	seed, err := s.sealer.Open(doc.Private, docKey+" "+id)
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fault.New(fault.Internal, "BadDocument", "the account key %s has a wrong size", id)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (s *Service) receiptKey(ctx context.Context, tx store.Tx) (ed25519.PrivateKey, error) {
	doc, _, err := get[keyDoc](ctx, tx, docKey, receiptKeyID)
	if fault.Is(err, fault.NotFound) {
		return s.newKey(ctx, tx, receiptKeyID)
	}
	if err != nil {
		return nil, err
	}
	return s.openKey(receiptKeyID, doc)
}

// loadKeys reads the token keys. When none signs, or the one that signs is older than its life, it makes the next; the
// old one stays known until the last token that it signed has expired.
func (s *Service) loadKeys(ctx context.Context, tx store.Tx) (tokenKeys, error) {
	now := tx.Now()
	public := map[string]ed25519.PublicKey{}
	var signer signingKey
	var signerDoc keyDoc
	var signerVersion int64
	err := each(ctx, tx, docKey, func(doc store.Doc, key keyDoc) error {
		if doc.Key == receiptKeyID {
			return nil
		}
		public[doc.Key] = key.Public
		if key.Retired.IsZero() && !key.Created.Before(signer.created) {
			signer, signerDoc, signerVersion = signingKey{id: doc.Key, created: key.Created}, key, doc.Version
		}
		return nil
	})
	if err != nil {
		return tokenKeys{}, err
	}
	if signer.id != "" && now.Sub(signer.created) >= s.cfg.KeyLife {
		// Another replica may go on signing with it for as long as it does not read the keys again.
		signerDoc.Retired = now.Add(s.cfg.TokenLife + 2*keysFresh)
		if err := put(ctx, tx, docKey, signer.id, signerVersion, signerDoc); err != nil {
			return tokenKeys{}, err
		}
		signer.id = ""
	}
	if signer.id == "" {
		id := newGUID()
		private, err := s.newKey(ctx, tx, id)
		if err != nil {
			return tokenKeys{}, err
		}
		signer = signingKey{id: id, private: private, created: now}
		public[id] = private.Public().(ed25519.PublicKey)
	} else if signer.private, err = s.openKey(signer.id, signerDoc); err != nil {
		return tokenKeys{}, err
	}
	return tokenKeys{signer, public, now}, nil
}

// keysFresh is how long a replica signs without looking at the stored keys again.
const keysFresh = time.Hour

// signer is the key that signs now. It reads the keys again once an hour, and rotates them when their time has come.
func (s *Service) signer(ctx context.Context) (signingKey, time.Time, error) {
	var now time.Time
	if err := s.store.View(ctx, func(tx store.Tx) error { now = tx.Now(); return nil }); err != nil {
		return signingKey{}, now, err
	}
	keys := s.keys.get()
	if now.Sub(keys.read) < keysFresh && now.Sub(keys.signer.created) < s.cfg.KeyLife {
		return keys.signer, now, nil
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) { keys, err = s.loadKeys(ctx, tx); return err })
	if err != nil {
		return signingKey{}, now, err
	}
	s.keys.set(keys)
	return keys.signer, now, nil
}

// publicKey is the token key with an id. A key that another replica made since is found in the store.
func (s *Service) publicKey(ctx context.Context, tx store.Tx, id string) (ed25519.PublicKey, error) {
	if key, ok := s.keys.get().public[id]; ok {
		return key, nil
	}
	if len(id) != len("00000000-0000-0000-0000-000000000000") {
		return nil, unauthenticated("the token was not made by this account")
	}
	doc, _, err := get[keyDoc](ctx, tx, docKey, id)
	if err != nil {
		return nil, orElse(err, unauthenticated("the token was not made by this account"))
	}
	return doc.Public, nil
}

// ReceiptSigner signs receipts in the account's name. Nodes get its public part at enrolment. Safe for concurrent use.
type ReceiptSigner struct{ private ed25519.PrivateKey }

// Sign signs the text under a receipt, bus.SignedReceipt.
func (r ReceiptSigner) Sign(text []byte) []byte { return ed25519.Sign(r.private, text) }

// Public is the key that verifies receipts.
func (r ReceiptSigner) Public() ed25519.PublicKey { return r.private.Public().(ed25519.PublicKey) }

// ReceiptSigner gives the account's signer of receipts; the key lives as long as the account.
func (s *Service) ReceiptSigner() ReceiptSigner { return ReceiptSigner{s.receipts} }

// PublicKey is a key that the account's tokens are signed with.
type PublicKey struct {
	ID  string
	Key ed25519.PublicKey
}

// Keys gives the public parts of all token keys that are still good, for those who verify tokens themselves.
func (s *Service) Keys(ctx context.Context) ([]PublicKey, error) {
	var keys []PublicKey
	err := s.store.View(ctx, func(tx store.Tx) error {
		keys = nil
		return each(ctx, tx, docKey, func(doc store.Doc, key keyDoc) error {
			if doc.Key != receiptKeyID && (key.Retired.IsZero() || tx.Now().Before(key.Retired)) {
				keys = append(keys, PublicKey{doc.Key, key.Public})
			}
			return nil
		})
	})
	return keys, err
}
