// Package all is the list of the store's engines.
package all

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/postgres"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// Options are what every engine takes. Now and Log may be nil.
type Options struct {
	Now func() time.Time
	Log *slog.Logger
}

// Engine is one way to keep an account.
type Engine struct {
	Name    string   // as Health.Engine says it
	Schemes []string // how its addresses begin: "sqlite:"
	Open    func(ctx context.Context, address string, opt Options) (store.Store, error)
}

// All is every engine, in alphabetical order.
func All() []Engine {
	return []Engine{
		{Name: "postgres", Schemes: []string{"postgres:", "postgresql:"}, Open: func(ctx context.Context, address string, opt Options) (store.Store, error) {
			s, err := postgres.Open(ctx, postgres.Options{Address: address, Now: opt.Now, Log: opt.Log})
			if err != nil {
				return nil, err
			}
			return s, nil
		}},
		{Name: "sqlite", Schemes: []string{"sqlite:"}, Open: func(ctx context.Context, address string, opt Options) (store.Store, error) {
			s, err := sqlite.Open(ctx, sqlite.Options{Path: strings.TrimPrefix(address, "sqlite:"), Now: opt.Now, Log: opt.Log})
			if err != nil {
				return nil, err
			}
			return s, nil
		}},
	}
}

// Open opens the store at an address: a scheme and what the engine makes of the rest. "sqlite:" is followed by a path,
// "postgres:" by //user@host:port/database and no password.
// An unknown scheme is fault.Unsupported; the address is not repeated, since it may hold a password.
func Open(ctx context.Context, address string, opt Options) (store.Store, error) {
	for _, e := range All() {
		for _, scheme := range e.Schemes {
			if strings.HasPrefix(address, scheme) {
				return e.Open(ctx, address, opt)
			}
		}
	}
	return nil, fault.New(fault.Unsupported, "UnknownStore", "no store engine of this build knows the address").
		Try("Begin it with sqlite: and a path, or give postgres://USER@HOST/DATABASE")
}
