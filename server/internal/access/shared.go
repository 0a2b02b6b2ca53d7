package access

import (
	"context"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// sharedDoc is something secret that all replicas of the account use.
type sharedDoc struct {
	Sealed []byte `json:"sealed"`
}

// Shared gives what the account keeps under a name for all its replicas, sealed in the store. Where nothing is kept yet it
// keeps mine, unless that is nil, and gives it back: of replicas that start together the first one's counts.
func (s *Service) Shared(ctx context.Context, name string, mine []byte) ([]byte, error) {
	var doc sharedDoc
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		doc, _, err = get[sharedDoc](ctx, tx, docShared, name)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		doc = sharedDoc{}
		if mine == nil {
			return nil
		}
		doc.Sealed = s.sealer.Seal(mine, docShared+" "+name)
		return put(ctx, tx, docShared, name, 0, doc)
	})
	if err != nil || doc.Sealed == nil {
		return nil, err
	}
	return s.sealer.Open(doc.Sealed, docShared+" "+name)
}
