package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// CodeRequest is what a browser asks an authorization code for (RFC 6749 §4.1 with RFC 7636). The code is bound to it:
// whoever trades the code names the same client and address, and knows the verifier.
type CodeRequest struct {
	Client    string
	Redirect  string
	Challenge string // unpadded base64url of the SHA-256 of the verifier
}

// codeDoc is an authorization code; its key is the hash of the code, which is kept nowhere.
type codeDoc struct {
	CodeRequest
	User       string    `json:"user"`
	Generation string    `json:"generation"`
	Session    string    `json:"session,omitempty"` // that it was traded for
	Expires    time.Time `json:"expires"`
}

// codeLife is how long a browser has to trade a code. A code that was traded is kept as long, so that a second use is
// recognised.
const codeLife = time.Minute

// CodeForPassword is SignIn that gives a code instead of tokens.
func (s *Service) CodeForPassword(ctx context.Context, name, password, address string, req CodeRequest) (string, error) {
	user, generation, err := s.checkPerson(ctx, name, password, address)
	if err != nil {
		return "", err
	}
	return s.addCode(ctx, user, generation, req)
}

// CodeForLink is Redeem that gives a code instead of tokens.
func (s *Service) CodeForLink(ctx context.Context, token, name, password, address string, req CodeRequest) (string, error) {
	user, generation, err := s.redeemLink(ctx, token, name, password, address)
	if err != nil {
		return "", err
	}
	return s.addCode(ctx, user, generation, req)
}

func (s *Service) addCode(ctx context.Context, user, generation string, req CodeRequest) (string, error) {
	code := newSecret()
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		doc := codeDoc{CodeRequest: req, User: user, Generation: generation, Expires: tx.Now().Add(codeLife)}
		return put(ctx, tx, docCode, hashSecret(code), 0, doc)
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

func badCode() error {
	return fault.New(fault.Denied, "InvalidCode", "this authorization code was used, has expired or is not one").Try("Sign in again")
}

// TradeCode gives the tokens for a code, once. A second use means that the code was copied: the session that the first
// use began is ended.
func (s *Service) TradeCode(ctx context.Context, code, verifier, client, redirect string) (SignedIn, error) {
	var out SignedIn
	var generation string
	var refused error
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		out, refused = SignedIn{}, nil
		held, doc, err := get[codeDoc](ctx, tx, docCode, hashSecret(code))
		switch {
		case err != nil:
			return orElse(err, badCode())
		case held.Session != "":
			refused = badCode() // the refusal must not undo the end of the session
			return orElse(tx.Docs().Delete(ctx, docSession, held.Session, 0), nil)
		case !tx.Now().Before(held.Expires) || held.Client != client || held.Redirect != redirect || !verifies(verifier, held.Challenge):
			return badCode()
		}
		generation = held.Generation
		if out, held.Session, err = s.beginSession(ctx, tx, held.User, generation); err != nil {
			return err
		}
		return put(ctx, tx, docCode, doc.Key, doc.Version, held)
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return SignedIn{}, err
	}
	out.Access, err = s.issue(ctx, "", out.User.ID, generation, s.cfg.TokenLife)
	return out, err
}

// verifies reports whether a verifier of RFC 7636 belongs to a challenge.
func verifies(verifier, challenge string) bool {
	if len(verifier) < 43 || len(verifier) > 128 {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
