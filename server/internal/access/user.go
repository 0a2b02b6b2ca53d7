package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// User is a person with a name and password of this account.
type User struct {
	ID       string // "user:<guid>", as in Principal.ID
	Name     string
	Disabled bool
	Password bool // one is set
	Created  time.Time
}

type userDoc struct {
	Name     string `json:"name"`
	Hash     string `json:"hash,omitempty"` // "" until a sign-in link was redeemed
	Disabled bool   `json:"disabled,omitempty"`
	// Generation changes when the password does or the user is disabled: older tokens and sessions end.
	Generation string `json:"generation"`
}

const userPrefix = "user:"

func (d userDoc) view(doc store.Doc) User {
	return User{ID: userPrefix + doc.Key, Name: d.Name, Disabled: d.Disabled, Password: d.Hash != "", Created: doc.Created}
}

// foldUserName checks a user's name and gives the form that is unique. ASCII only, so that no two names look alike.
func foldUserName(name string) (string, error) {
	ok := len(name) >= 1 && len(name) <= 64
	for _, c := range []byte(name) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._-@+", c) >= 0)
	}
	if !ok {
		return "", fault.New(fault.Invalid, "InvalidUserName", "this can't be a user's name").
			Try("Take 1 to 64 of letters, digits and . _ - @ +")
	}
	return strings.ToLower(name), nil
}

type userNameDoc struct {
	ID string `json:"id"`
}

// findUser gives the user with a folded name; NotFound.
func findUser(ctx context.Context, tx store.Tx, folded string) (userDoc, store.Doc, error) {
	name, _, err := get[userNameDoc](ctx, tx, docUserName, folded)
	if err != nil {
		return userDoc{}, store.Doc{}, err
	}
	return get[userDoc](ctx, tx, docUser, name.ID)
}

// addUser makes a user without a password; Conflict when the name is taken.
func addUser(ctx context.Context, tx store.Tx, name string) (string, error) {
	folded, err := foldUserName(name)
	if err != nil {
		return "", err
	}
	id := newGUID()
	if err := put(ctx, tx, docUserName, folded, 0, userNameDoc{id}); err != nil {
		if fault.Is(err, fault.Conflict) {
			return "", fault.New(fault.Conflict, "UserExists", "there is a user named %s already", name)
		}
		return "", err
	}
	return id, put(ctx, tx, docUser, id, 0, userDoc{Name: name, Generation: newGUID()})
}

// AddUser makes a user without roles or password; give the person a link of SignInLink. Conflict when the name is taken.
func (s *Service) AddUser(ctx context.Context, name string) (User, error) {
	var u User
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		id, err := addUser(ctx, tx, name)
		if err != nil {
			return err
		}
		body, doc, err := get[userDoc](ctx, tx, docUser, id)
		u = body.view(doc)
		return err
	})
	return u, err
}

// Users gives all users, by name.
func (s *Service) Users(ctx context.Context) ([]User, error) {
	var users []User
	err := s.store.View(ctx, func(tx store.Tx) error {
		users = nil
		return each(ctx, tx, docUser, func(doc store.Doc, body userDoc) error {
			users = append(users, body.view(doc))
			return nil
		})
	})
	slices.SortStableFunc(users, func(a, b User) int { return byName(a.Name, b.Name) })
	return users, err
}

// byName orders names as people look for them: without regard to case.
func byName(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }

// DisableUser ends a user's tokens and sessions at once and lets nobody sign in as that user, or lets them again.
// The last enabled collection administrator of the root can't be disabled.
func (s *Service) DisableUser(ctx context.Context, id string, disabled bool) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[userDoc](ctx, tx, docUser, strings.TrimPrefix(id, userPrefix))
		if err != nil {
			return orElse(err, noUser(id))
		}
		body.Disabled, body.Generation = disabled, newGUID()
		if err := put(ctx, tx, docUser, doc.Key, doc.Version, body); err != nil {
			return err
		}
		return s.keepAdministrator(ctx, tx)
	})
}

// DeleteUser removes a user with all roles and sessions.
func (s *Service) DeleteUser(ctx context.Context, id string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[userDoc](ctx, tx, docUser, strings.TrimPrefix(id, userPrefix))
		if err != nil {
			return orElse(err, noUser(id))
		}
		if err := tx.Docs().Delete(ctx, docUser, doc.Key, doc.Version); err != nil {
			return err
		}
		if err := tx.Docs().Delete(ctx, docUserName, strings.ToLower(body.Name), 0); err != nil {
			return err
		}
		if err := dropPrincipal(ctx, tx, userPrefix+doc.Key); err != nil {
			return err
		}
		return s.keepAdministrator(ctx, tx)
	})
}

func noUser(id string) error {
	return fault.New(fault.NotFound, "UserNotFound", "there is no user %.80s", id)
}

// userPrincipal judges a token's user.
func userPrincipal(ctx context.Context, tx store.Tx, id, generation string) (Principal, error) {
	body, _, err := get[userDoc](ctx, tx, docUser, id)
	if err != nil {
		return Principal{}, unauthenticatedBy(err, "the user was removed")
	}
	if body.Disabled {
		return Principal{}, unauthenticated("the user is disabled")
	}
	if body.Generation != generation {
		return Principal{}, unauthenticated("the token was ended")
	}
	return Principal{ID: userPrefix + id, Name: body.Name}, nil
}
