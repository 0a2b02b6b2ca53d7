package enrol

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// TokenSource gives the node's token, and gets a new one a minute before the old one ends. Safe for concurrent use;
// one request runs at a time, and others wait for it as long as their context lets them.
type TokenSource struct {
	state  State
	client *http.Client
	now    func() time.Time
	busy   chan struct{}
	token  string
	until  time.Time
}

// renewBefore is how long before its end a token is replaced.
const renewBefore = time.Minute

// NewTokenSource makes a source over a client of State.Client. now is the machine's clock; nil takes time.Now. It is
// only measured with: what it shows is never sent.
func NewTokenSource(state State, client *http.Client, now func() time.Time) *TokenSource {
	if now == nil {
		now = time.Now
	}
	return &TokenSource{state: state, client: client, now: now, busy: make(chan struct{}, 1)}
}

// Token is a bearer token for bus and REST, good for at least a minute. It fails with fault.Denied ("NodeRevoked",
// "NodeNotEnrolled", "NodeLapsed", "NodePending"), which asking again does not mend, or with fault.Unreachable.
func (s *TokenSource) Token(ctx context.Context) (string, error) {
	token, _, err := s.TokenUntil(ctx)
	return token, err
}

// TokenUntil is Token with the time, by the machine's clock, at which the token ends.
func (s *TokenSource) TokenUntil(ctx context.Context) (token string, ends time.Time, err error) {
	select {
	case s.busy <- struct{}{}:
	case <-ctx.Done():
		return "", time.Time{}, fault.New(fault.Unreachable, "TimedOut", "the account gave no token in time").Because(ctx.Err())
	}
	defer func() { <-s.busy }()
	if s.token != "" && s.now().Before(s.until) {
		return s.token, s.until.Add(renewBefore), nil
	}
	s.token = ""
	token, err = s.get(ctx)
	if fault.CodeOf(err) == "BadProof" { // another process of this node used a newer nonce in between
		token, err = s.get(ctx)
	}
	if err != nil {
		return "", time.Time{}, err
	}
	return token, s.until.Add(renewBefore), nil
}

// Forget makes the next Token ask the account: its bus refused the one that is held.
func (s *TokenSource) Forget(ctx context.Context) {
	select {
	case s.busy <- struct{}{}:
		s.token = ""
		<-s.busy
	case <-ctx.Done():
	}
}

func (s *TokenSource) get(ctx context.Context) (string, error) {
	begin := s.now() // before the request: the token's life began later than that
	var nonce model.NonceAnswer
	base := s.state.AccountURL + "/manage/v1/nodes/"
	if err := post(ctx, s.client, base+"nonce", model.NonceRequest{Node: s.state.Node}, &nonce); err != nil {
		return "", err
	}
	proof := ed25519.Sign(s.state.private, model.NodeProof(s.state.Node, nonce.Nonce))
	var got model.TokenAnswer
	if err := post(ctx, s.client, base+"token", model.TokenRequest{Node: s.state.Node, Nonce: nonce.Nonce, Signature: proof}, &got); err != nil {
		return "", err
	}
	if got.Token == "" {
		return "", notAnAccount(s.state.AccountURL)
	}
	s.token, s.until = got.Token, begin.Add(time.Duration(got.Seconds)*time.Second-renewBefore)
	return got.Token, nil
}
