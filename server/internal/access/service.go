package access

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Config is what the room can be told.
type Config struct {
	// KeyFile is the path of the account's key file; it is made at first start.
	KeyFile string
	// Live tells whether an enrolled node may still act: fleet.Live. It is asked in the transaction that judges the
	// token, so that a revocation counts at once.
	Live func(ctx context.Context, tx store.Tx, node, enrolment string) error

	TokenLife   time.Duration // of people and scripts; 1 h
	NodeLife    time.Duration // of nodes; 10 min
	SessionLife time.Duration // of a refresh token that is not used; 30 days
	LinkLife    time.Duration // of a one-time sign-in link; 15 min
	KeyLife     time.Duration // how long one key signs tokens; 30 days
	Password    PasswordCost
	Throttle    ThrottleConfig
}

// DefaultConfig is what design §6 promises. KeyFile and Live are the caller's.
func DefaultConfig() Config {
	return Config{
		TokenLife: time.Hour, NodeLife: 10 * time.Minute, SessionLife: 30 * 24 * time.Hour, LinkLife: 15 * time.Minute,
		KeyLife:  30 * 24 * time.Hour,
		Password: PasswordCost{Passes: 3, MemoryKiB: 64 << 10, Threads: 1},
		Throttle: ThrottleConfig{Window: 5 * time.Minute, PerUser: 10, PerAddress: 30},
	}
}

// Service is the room. Safe for concurrent use; it starts no goroutine. Its clock is the store's.
type Service struct {
	store     store.Store
	cfg       Config
	account   string
	sealer    *Sealer
	receipts  ed25519.PrivateKey
	keys      keyring
	passwords passwords
	throttle  throttle
}

// accountDoc marks the store as an account's. Check is sealed: it tells a wrong key file before anything is lost.
type accountDoc struct {
	ID           string `json:"id"`
	Check        []byte `json:"check"`
	FriendlyName string `json:"friendlyName,omitempty"`
}

const (
	accountKey = "account"
	checkLabel = "account check"
)

// Open takes the account in the store into service. At first start it makes the account's guid, its key file, its
// keys and the root collection. It fails when the key file is missing or belongs to another store.
func Open(ctx context.Context, st store.Store, cfg Config) (*Service, error) {
	s := &Service{store: st, cfg: cfg}
	s.passwords.init(cfg.Password)
	s.throttle.cfg = cfg.Throttle
	known := true
	err := st.View(ctx, func(tx store.Tx) error {
		_, err := tx.Docs().Get(ctx, docAccount, accountKey)
		if fault.Is(err, fault.NotFound) {
			known, err = false, nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.sealer, err = openSealer(cfg.KeyFile, !known); err != nil {
		return nil, err
	}
	var keys tokenKeys
	err = st.Update(ctx, store.People, func(tx store.Tx) (err error) {
		if err = s.found(ctx, tx); err == nil {
			keys, err = s.loadKeys(ctx, tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.keys.set(keys)
	return s, nil
}

// found makes what a new account needs, and reads what an old one has.
func (s *Service) found(ctx context.Context, tx store.Tx) error {
	acc, _, err := get[accountDoc](ctx, tx, docAccount, accountKey)
	switch {
	case fault.Is(err, fault.NotFound):
		acc = accountDoc{ID: newGUID()}
		acc.Check = s.sealer.Seal([]byte(acc.ID), checkLabel)
		if err := put(ctx, tx, docAccount, accountKey, 0, acc); err != nil {
			return err
		}
		root := Collection{Name: RootCollection, FriendlyName: "Root", Description: "The root collection"}
		if err := put(ctx, tx, docCollection, RootCollection, 0, root); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if _, err := s.sealer.Open(acc.Check, checkLabel); err != nil {
			return err
		}
	}
	s.account = acc.ID
	s.receipts, err = s.receiptKey(ctx, tx)
	return err
}

// Account is the account's guid; token end points take it, or any word, as their tenant.
func (s *Service) Account() string { return s.account }

// Sealer encrypts for other rooms under the account's key file.
func (s *Service) Sealer() *Sealer { return s.sealer }

// Sweep removes sign-in links, codes, sessions and token keys that have expired. Call it now and then, on any replica.
func (s *Service) Sweep(ctx context.Context) error {
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		now := tx.Now()
		if err := sweep(ctx, tx, docSignIn, func(d linkDoc) bool { return now.After(d.Expires) }); err != nil {
			return err
		}
		if err := sweep(ctx, tx, docCode, func(d codeDoc) bool { return now.After(d.Expires) }); err != nil {
			return err
		}
		if err := sweep(ctx, tx, docSession, func(d sessionDoc) bool { return now.After(d.Expires) }); err != nil {
			return err
		}
		return sweep(ctx, tx, docKey, func(d keyDoc) bool { return !d.Retired.IsZero() && now.After(d.Retired) })
	})
}

func sweep[T any](ctx context.Context, tx store.Tx, kind string, over func(T) bool) error {
	var keys []string
	err := each(ctx, tx, kind, func(doc store.Doc, body T) error {
		if over(body) {
			keys = append(keys, doc.Key)
		}
		return nil
	})
	for _, key := range keys {
		if err == nil {
			err = tx.Docs().Delete(ctx, kind, key, 0)
		}
	}
	return err
}
