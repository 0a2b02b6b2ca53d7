package access

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Account is the account as people see it.
type Account struct {
	ID, FriendlyName  string
	Created, Modified time.Time
}

const maxFriendlyName = 200 // bytes

// Describe gives the account.
func (s *Service) Describe(ctx context.Context) (out Account, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		body, doc, err := get[accountDoc](ctx, tx, docAccount, accountKey)
		out = Account{ID: body.ID, FriendlyName: body.FriendlyName, Created: doc.Created, Modified: doc.Modified}
		return err
	})
	return out, err
}

// Rename gives the account another friendly name.
func (s *Service) Rename(ctx context.Context, friendly string) (Account, error) {
	if len(friendly) > maxFriendlyName {
		return Account{}, fault.New(fault.Invalid, "TooLong", "a friendly name has at most %d bytes", maxFriendlyName)
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[accountDoc](ctx, tx, docAccount, accountKey)
		if err != nil {
			return err
		}
		body.FriendlyName = friendly
		return put(ctx, tx, docAccount, accountKey, doc.Version, body)
	})
	if err != nil {
		return Account{}, err
	}
	return s.Describe(ctx)
}
