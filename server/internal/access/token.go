package access

import (
	"context"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Token is a bearer token and how long it is good.
type Token struct {
	Text    string
	Life    time.Duration
	Expires time.Time // by the store's clock
}

// maxToken bounds what is parsed before anything is known of the caller.
const maxToken = 4096

// claims are what a token says. Generation ties it to the state of its subject: a changed password, a new secret or
// a new enrolment ends the tokens that came before.
type claims struct {
	jwt.Claims

	Generation string `json:"gen,omitempty"`
	Micros     int64  `json:"us,omitempty"` // when it was made, finer than iat
}

func (s *Service) issuer() string { return "urn:purlieu:" + s.account }

func (s *Service) audience(use string) string {
	if use == "" {
		return s.issuer()
	}
	return s.issuer() + ":" + use
}

func (s *Service) issue(ctx context.Context, use, subject, generation string, life time.Duration) (Token, error) {
	key, now, err := s.signer(ctx)
	if err != nil {
		return Token{}, err
	}
	failed := func(err error) error {
		return fault.New(fault.Internal, "NoToken", "a token can't be signed").Because(err)
	}
	opts := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", key.id)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key.private}, opts)
	if err != nil {
		return Token{}, failed(err)
	}
	c := claims{
		Claims: jwt.Claims{
			Issuer: s.issuer(), Subject: subject, Audience: jwt.Audience{s.audience(use)}, ID: newGUID(),
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(life)),
		},
		Generation: generation,
		Micros:     now.UnixMicro(),
	}
	text, err := jwt.Signed(signer).Claims(c).Serialize()
	if err != nil {
		return Token{}, failed(err)
	}
	return Token{Text: text, Life: life, Expires: now.Add(life)}, nil
}

// verify checks signature, issuer, audience and times. Every failure is Unauthenticated.
func (s *Service) verify(ctx context.Context, tx store.Tx, text string, uses ...string) (claims, error) {
	var c claims
	if text == "" {
		return c, unauthenticated("no token was sent")
	}
	if len(text) > maxToken {
		return c, unauthenticated("the token is too long to be one")
	}
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(parsed.Headers) != 1 {
		return c, unauthenticated("the token can't be read")
	}
	public, err := s.publicKey(ctx, tx, parsed.Headers[0].KeyID)
	if err != nil {
		return c, err
	}
	if err := parsed.Claims(public, &c); err != nil {
		return c, unauthenticated("the token was not made by this account")
	}
	audience := make(jwt.Audience, len(uses))
	for i, use := range uses {
		audience[i] = s.audience(use)
	}
	now := tx.Now()
	// A second of leeway, since token times are whole seconds: "not before" would else refuse the token just made.
	err = c.ValidateWithLeeway(jwt.Expected{Issuer: s.issuer(), AnyAudience: audience, Time: now}, time.Second)
	switch {
	case c.Expiry == nil || !now.Before(c.Expiry.Time()):
		return c, unauthenticated("the token has expired")
	case err != nil:
		return c, unauthenticated("the token is not for this use")
	}
	return c, nil
}

const useNode = "node"

// Authenticate tells who sent the bearer token. Whoever was disabled, removed or revoked since is refused at once:
// the subject is read at each call. All refusals are fault.Denied with code "Unauthenticated".
func (s *Service) Authenticate(ctx context.Context, bearer string) (Principal, error) {
	var p Principal
	var expires time.Time
	err := s.store.View(ctx, func(tx store.Tx) error {
		c, err := s.verify(ctx, tx, bearer, "", useNode)
		if err != nil {
			return err
		}
		expires = c.Expiry.Time()
		isNode := c.Audience.Contains(s.audience(useNode))
		kind, id, _ := strings.Cut(c.Subject, ":")
		switch {
		case kind == "node" && isNode:
			p = Principal{ID: c.Subject, Name: id, Node: id, Enrolment: c.Generation}
			if err := s.cfg.Live(ctx, tx, id, c.Generation); err != nil {
				return unauthenticatedBy(err, "the node may no longer act")
			}
			return nil
		case kind == "user" && !isNode:
			p, err = userPrincipal(ctx, tx, id, c.Generation)
			return err
		case kind == "app" && !isNode:
			p, err = appPrincipal(ctx, tx, id, c.Generation)
			return err
		}
		return unauthenticated("the token is not for this use")
	})
	if err != nil {
		return Principal{}, err
	}
	p.Expires = expires
	return p, nil
}

// IssueNode makes a token for an enrolled node. The caller has checked that the node holds its key.
func (s *Service) IssueNode(ctx context.Context, node, enrolment string) (token string, life time.Duration, err error) {
	t, err := s.issue(ctx, useNode, "node:"+node, enrolment, s.cfg.NodeLife)
	return t.Text, t.Life, err
}

// IssueNonce makes a signed word that any replica recognises as the account's, for one use by one subject.
func (s *Service) IssueNonce(ctx context.Context, use, subject string, life time.Duration) (string, error) {
	t, err := s.issue(ctx, "nonce:"+use, subject, "", life)
	return t.Text, err
}

// CheckNonce tells when the nonce was made. It keeps no memory: the caller remembers what was used.
func (s *Service) CheckNonce(ctx context.Context, tx store.Tx, use, subject, nonce string) (made time.Time, err error) {
	c, err := s.verify(ctx, tx, nonce, "nonce:"+use)
	if err != nil {
		return made, err
	}
	if c.Subject != subject {
		return made, unauthenticated("the nonce was made for another")
	}
	return time.UnixMicro(c.Micros).UTC(), nil
}

func unauthenticated(text string) *fault.Error {
	return fault.New(fault.Denied, "Unauthenticated", "%s", text).Try("Sign in again")
}

// unauthenticatedBy keeps the reason of a refusal, and passes every other failure on as it is.
func unauthenticatedBy(err error, text string) error {
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.NotFound) {
		return fault.New(fault.Denied, "Unauthenticated", "%s", text).Because(err)
	}
	return err
}
