package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// App is a registration for scripts: a client id with a secret, for OAuth 2 client credentials.
type App struct {
	ID      string // "app:<client id>", as in Principal.ID
	Client  string // guid
	Name    string
	Created time.Time
}

type appDoc struct {
	Name       string `json:"name"`
	Hash       string `json:"hash"`
	Generation string `json:"generation"` // changes with the secret: older tokens end
}

const appPrefix = "app:"

func (d appDoc) view(doc store.Doc) App {
	return App{ID: appPrefix + doc.Key, Client: doc.Key, Name: d.Name, Created: doc.Created}
}

func noApp(id string) error {
	return fault.New(fault.NotFound, "AppNotFound", "there is no app registration %.80s", id)
}

// AddApp registers an app without roles. The secret is shown this once; only its hash is kept.
func (s *Service) AddApp(ctx context.Context, name string) (app App, secret string, err error) {
	if name == "" || len(name) > 120 {
		return app, "", fault.New(fault.Invalid, "InvalidAppName", "an app's name has 1 to 120 bytes")
	}
	id := newGUID()
	secret = newSecret()
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if err := put(ctx, tx, docApp, id, 0, appDoc{Name: name, Hash: hashSecret(secret), Generation: newGUID()}); err != nil {
			return err
		}
		body, doc, err := get[appDoc](ctx, tx, docApp, id)
		app = body.view(doc)
		return err
	})
	if err != nil {
		return App{}, "", err
	}
	return app, secret, nil
}

// RenewSecret gives an app a new secret; the old one and all tokens made with it end at once.
func (s *Service) RenewSecret(ctx context.Context, id string) (secret string, err error) {
	secret = newSecret()
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[appDoc](ctx, tx, docApp, strings.TrimPrefix(id, appPrefix))
		if err != nil {
			return orElse(err, noApp(id))
		}
		body.Hash, body.Generation = hashSecret(secret), newGUID()
		return put(ctx, tx, docApp, doc.Key, doc.Version, body)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Apps gives all app registrations, by name.
func (s *Service) Apps(ctx context.Context) ([]App, error) {
	var apps []App
	err := s.store.View(ctx, func(tx store.Tx) error {
		apps = nil
		return each(ctx, tx, docApp, func(doc store.Doc, body appDoc) error {
			apps = append(apps, body.view(doc))
			return nil
		})
	})
	slices.SortStableFunc(apps, func(a, b App) int { return byName(a.Name, b.Name) })
	return apps, err
}

// DeleteApp removes an app with its roles; its tokens end at once.
func (s *Service) DeleteApp(ctx context.Context, id string) error {
	guid := strings.TrimPrefix(id, appPrefix)
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if err := tx.Docs().Delete(ctx, docApp, guid, 0); err != nil {
			return orElse(err, noApp(id))
		}
		if err := dropPrincipal(ctx, tx, appPrefix+guid); err != nil {
			return err
		}
		return s.keepAdministrator(ctx, tx)
	})
}

// ClientCredentials makes a token for an app. It fails with fault.Denied "InvalidClient", whatever was wrong, or with
// fault.Throttled. Address is the caller's.
func (s *Service) ClientCredentials(ctx context.Context, client, secret, address string) (Token, error) {
	var app appDoc
	var now time.Time
	known := len(client) == len(newGUID())
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		now = tx.Now()
		if known {
			app, _, err = get[appDoc](ctx, tx, docApp, client)
		}
		if fault.Is(err, fault.NotFound) {
			known, err = false, nil
		}
		return err
	})
	if err != nil {
		return Token{}, err
	}
	// The secret has 256 bits: guessing it is hopeless, and nobody shall be able to lock a script out by its id.
	if err := s.throttle.begin(now, "", address); err != nil {
		return Token{}, err
	}
	if !secretMatches(secret, app.Hash) || !known {
		return Token{}, fault.New(fault.Denied, "InvalidClient", "the client id or the client secret is wrong")
	}
	s.throttle.succeeded("", address)
	return s.issue(ctx, "", appPrefix+client, app.Generation, s.cfg.TokenLife)
}

func appPrincipal(ctx context.Context, tx store.Tx, id, generation string) (Principal, error) {
	body, _, err := get[appDoc](ctx, tx, docApp, id)
	if err != nil {
		return Principal{}, unauthenticatedBy(err, "the app registration was removed")
	}
	if body.Generation != generation {
		return Principal{}, unauthenticated("the token was ended")
	}
	return Principal{ID: appPrefix + id, Name: body.Name}, nil
}
