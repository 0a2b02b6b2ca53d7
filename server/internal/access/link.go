package access

import (
	"context"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// linkDoc is a one-time sign-in link; its key is the hash of the link's token, which is kept nowhere.
type linkDoc struct {
	// User is the guid of the user whose password it sets. "" is an administrator's link: it names its user when it
	// is redeemed, makes the user where there is none, and gives all roles on the root collection.
	User    string    `json:"user,omitempty"`
	Expires time.Time `json:"expires"`
}

// FirstLink gives the token of a one-time sign-in link while nobody has a password yet, else "". The caller shows it
// on the terminal or writes it to a 0600 file; it is a secret.
func (s *Service) FirstLink(ctx context.Context) (string, error) {
	some := false
	err := s.store.View(ctx, func(tx store.Tx) error {
		some = false
		return each(ctx, tx, docUser, func(_ store.Doc, u userDoc) error {
			some = some || u.Hash != ""
			return nil
		})
	})
	if err != nil || some {
		return "", err
	}
	return s.AdminLink(ctx)
}

// AdminLink makes another one-time link for an administrator: for whoever runs the server (`purlieu admin link`).
func (s *Service) AdminLink(ctx context.Context) (string, error) {
	return s.addLink(ctx, func(store.Tx) (string, error) { return "", nil })
}

// SignInLink makes a one-time link that sets the password of a user, by id or name, and gives no roles.
func (s *Service) SignInLink(ctx context.Context, user string) (string, error) {
	return s.addLink(ctx, func(tx store.Tx) (string, error) {
		if guid, ok := strings.CutPrefix(user, userPrefix); ok {
			_, doc, err := get[userDoc](ctx, tx, docUser, guid)
			return doc.Key, orElse(err, noUser(user))
		}
		_, doc, err := findUser(ctx, tx, strings.ToLower(user))
		return doc.Key, orElse(err, noUser(user))
	})
}

func (s *Service) addLink(ctx context.Context, whose func(tx store.Tx) (string, error)) (string, error) {
	token := newSecret()
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		user, err := whose(tx)
		if err != nil {
			return err
		}
		return put(ctx, tx, docSignIn, hashSecret(token), 0, linkDoc{User: user, Expires: tx.Now().Add(s.cfg.LinkLife)})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func badLink() error {
	return fault.New(fault.Denied, "InvalidLink", "this sign-in link was used, has expired or is not one").
		Try("Whoever runs the server can make another with `purlieu admin link`")
}

// findLink gives a link that can still be redeemed.
func findLink(ctx context.Context, tx store.Tx, token string) (linkDoc, store.Doc, error) {
	link, doc, err := get[linkDoc](ctx, tx, docSignIn, hashSecret(token))
	if err == nil && !tx.Now().Before(link.Expires) {
		err = badLink()
	}
	return link, doc, orElse(err, badLink())
}

// CheckLink is nil of a one-time link that can still be redeemed, and leaves it as it is. Whoever asks of one that can't be
// is told no more than Redeem tells, and is throttled as there: the two count together, by address.
func (s *Service) CheckLink(ctx context.Context, token, address string) error {
	var now time.Time
	err := s.store.View(ctx, func(tx store.Tx) error {
		now = tx.Now()
		_, _, err := findLink(ctx, tx, token)
		return err
	})
	if fault.Is(err, fault.Denied) {
		if t := s.throttle.begin(now, "", address); t != nil {
			return t
		}
	}
	return err
}

// Redeem uses up a one-time link: it sets the password and signs in. Name is the user's; with an administrator's link
// it says who that shall be. A name or password that is refused leaves the link as it was. Address is the caller's.
func (s *Service) Redeem(ctx context.Context, token, name, password, address string) (SignedIn, error) {
	user, generation, err := s.redeemLink(ctx, token, name, password, address)
	if err != nil {
		return SignedIn{}, err
	}
	return s.startSession(ctx, user, generation)
}

// redeemLink does what Redeem says, and gives the user's guid and new generation.
func (s *Service) redeemLink(ctx context.Context, token, name, password, address string) (id, generation string, err error) {
	if err := s.CheckLink(ctx, token, address); err != nil {
		return "", "", err
	}
	if err := checkPassword(password, name); err != nil {
		return "", "", err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return "", "", err
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		link, doc, err := findLink(ctx, tx, token)
		if err != nil {
			return err
		}
		generation = newGUID()
		if id, err = redeem(ctx, tx, link, name, hash, generation); err != nil {
			return err
		}
		return tx.Docs().Delete(ctx, docSignIn, doc.Key, doc.Version)
	})
	if err != nil {
		return "", "", err
	}
	return id, generation, nil
}

// redeem finds or makes the user of a link and sets the password.
func redeem(ctx context.Context, tx store.Tx, link linkDoc, name, hash, generation string) (string, error) {
	folded, err := foldUserName(name)
	if err != nil {
		return "", err
	}
	body, doc, err := findUser(ctx, tx, folded)
	if link.User != "" {
		if fault.Is(err, fault.NotFound) || (err == nil && doc.Key != link.User) {
			return "", fault.New(fault.Denied, "OtherUser", "this sign-in link is for another user").
				Try("Give the name that it was made for")
		}
	} else if fault.Is(err, fault.NotFound) {
		var id string
		if id, err = addUser(ctx, tx, name); err != nil {
			return "", err
		}
		body, doc, err = get[userDoc](ctx, tx, docUser, id)
	}
	if err != nil {
		return "", err
	}
	if link.User != "" && body.Disabled {
		return "", badLink()
	}
	body.Hash, body.Generation, body.Disabled = hash, generation, false
	if err := put(ctx, tx, docUser, doc.Key, doc.Version, body); err != nil {
		return "", err
	}
	if link.User == "" {
		for _, role := range Roles() {
			if err := assign(ctx, tx, RootCollection, role, userPrefix+doc.Key); err != nil {
				return "", err
			}
		}
	}
	return doc.Key, nil
}
