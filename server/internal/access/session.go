package access

import (
	"context"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// SignedIn is what a person has after signing in.
type SignedIn struct {
	Access Token
	// Refresh is good once, for the next tokens. It is "" where the client has a newer one already: see Refresh.
	Refresh string
	User    User
}

// sessionDoc is one sign-in of one person on one client, kept going by rotating refresh tokens.
type sessionDoc struct {
	User       string    `json:"user"` // guid
	Generation string    `json:"generation"`
	Hash       string    `json:"hash"`               // of the refresh token that is good now
	Previous   string    `json:"previous,omitempty"` // of the one before
	Rotated    time.Time `json:"rotated"`
	Expires    time.Time `json:"expires"`
}

// refreshGrace is how long the previous refresh token still answers: two commands that run at once share one file.
const refreshGrace = 30 * time.Second

func wrongPassword() error {
	return fault.New(fault.Denied, "WrongPassword", "the name or the password is wrong").
		Try("Whoever runs the server can make a new sign-in link with `purlieu admin link`")
}

// SignIn takes a name and a password. Address is the caller's, for throttling. It fails with fault.Denied
// "WrongPassword", whatever was wrong and after the same work, or with fault.Throttled.
func (s *Service) SignIn(ctx context.Context, name, password, address string) (SignedIn, error) {
	user, generation, err := s.checkPerson(ctx, name, password, address)
	if err != nil {
		return SignedIn{}, err
	}
	return s.startSession(ctx, user, generation)
}

// checkPerson gives the guid and the generation of the user with this name and password, as SignIn says.
func (s *Service) checkPerson(ctx context.Context, name, password, address string) (id, generation string, err error) {
	folded := strings.ToLower(name)
	if len(folded) > 64 {
		folded = folded[:64]
	}
	var user userDoc
	var doc store.Doc
	var now time.Time
	err = s.store.View(ctx, func(tx store.Tx) (err error) {
		now = tx.Now()
		user, doc, err = findUser(ctx, tx, folded)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
			user, doc, err = userDoc{}, store.Doc{}, nil
		}
		return err
	})
	if err != nil {
		return "", "", err
	}
	if err := s.throttle.begin(now, folded, address); err != nil {
		return "", "", err
	}
	matches, err := s.passwords.matches(ctx, password, user.Hash)
	if err != nil {
		return "", "", err
	}
	if !matches || user.Disabled {
		return "", "", wrongPassword()
	}
	s.throttle.succeeded(folded, address)
	return doc.Key, user.Generation, nil
}

// startSession begins a session in a transaction of its own, and makes the access token.
func (s *Service) startSession(ctx context.Context, user, generation string) (SignedIn, error) {
	var out SignedIn
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		out, _, err = s.beginSession(ctx, tx, user, generation)
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	out.Access, err = s.issue(ctx, "", out.User.ID, generation, s.cfg.TokenLife)
	return out, err
}

// beginSession makes the first refresh token of a session; id is the session's.
func (s *Service) beginSession(ctx context.Context, tx store.Tx, user, generation string) (out SignedIn, id string, err error) {
	body, doc, err := get[userDoc](ctx, tx, docUser, user)
	if err != nil {
		return out, "", orElse(err, wrongPassword())
	}
	if body.Generation != generation || body.Disabled {
		return out, "", wrongPassword()
	}
	id = newGUID()
	secret := newSecret()
	return SignedIn{Refresh: id + "." + secret, User: body.view(doc)}, id, put(ctx, tx, docSession, id, 0, sessionDoc{
		User: user, Generation: generation, Hash: hashSecret(secret),
		Rotated: tx.Now(), Expires: tx.Now().Add(s.cfg.SessionLife),
	})
}

func badRefresh(text string) error {
	return fault.New(fault.Denied, "InvalidRefreshToken", "%s", text).Try("Sign in again")
}

// Refresh trades a refresh token for new tokens; each is good once. Within 30 seconds of its use a token gives an
// access token and no refresh token: the client has the newer one. Later use of a spent token means that it was
// copied: the session ends, and with it whoever holds the newer one.
func (s *Service) Refresh(ctx context.Context, refresh string) (SignedIn, error) {
	var out SignedIn
	var user, generation string
	var refused error
	id, secret, ok := strings.Cut(refresh, ".")
	if !ok || len(id) != len(newGUID()) {
		return out, badRefresh("this is no refresh token")
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		out, refused = SignedIn{}, nil
		session, doc, err := get[sessionDoc](ctx, tx, docSession, id)
		if err != nil {
			return orElse(err, badRefresh("the session has ended"))
		}
		end := func(why string) error { // the refusal must not undo the end of the session
			refused = badRefresh(why)
			return tx.Docs().Delete(ctx, docSession, id, doc.Version)
		}
		now := tx.Now()
		if !now.Before(session.Expires) {
			return end("the session has expired")
		}
		user, generation = session.User, session.Generation
		if _, err := userPrincipal(ctx, tx, user, generation); err != nil {
			if fault.Is(err, fault.Denied) {
				return end("the session has ended")
			}
			return err
		}
		body, udoc, err := get[userDoc](ctx, tx, docUser, user)
		if err != nil {
			return err
		}
		out.User = body.view(udoc)
		switch {
		case secretMatches(secret, session.Hash):
			next := newSecret()
			out.Refresh = id + "." + next
			session.Previous, session.Hash = session.Hash, hashSecret(next)
			session.Rotated, session.Expires = now, now.Add(s.cfg.SessionLife)
			return put(ctx, tx, docSession, id, doc.Version, session)
		case secretMatches(secret, session.Previous) && now.Sub(session.Rotated) < refreshGrace:
			return nil
		}
		return end("the refresh token was used before, so the session was ended")
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return SignedIn{}, err
	}
	out.Access, err = s.issue(ctx, "", userPrefix+user, generation, s.cfg.TokenLife)
	return out, err
}

// SignOut ends the session of a refresh token. One that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, refresh string) error {
	id, secret, _ := strings.Cut(refresh, ".")
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		session, doc, err := get[sessionDoc](ctx, tx, docSession, id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !secretMatches(secret, session.Hash) && !secretMatches(secret, session.Previous) {
			return badRefresh("this is no refresh token of the session")
		}
		return tx.Docs().Delete(ctx, docSession, id, doc.Version)
	})
}
