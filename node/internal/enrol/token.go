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
	if err := s.take(ctx); err != nil {
		return "", time.Time{}, err
	}
	defer func() { <-s.busy }()
	if s.token != "" && s.now().Before(s.until) {
		return s.token, s.until.Add(renewBefore), nil
	}
	s.token = ""
	token, err = s.get(ctx, s.state.private)
	if fault.CodeOf(err) == "NodeNotEnrolled" && s.state.next != nil { // the account may have taken the new key, and its answer was lost
		token, err = s.get(ctx, s.state.next)
	}
	if err != nil {
		return "", time.Time{}, err
	}
	return token, s.until.Add(renewBefore), nil
}

// take waits for its turn.
func (s *TokenSource) take(ctx context.Context) error {
	select {
	case s.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unreachable, "TimedOut", "the account gave no token in time").Because(ctx.Err())
	}
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

// get gets a token with a key. Another process of this node may use a newer nonce in between: then it asks once more.
func (s *TokenSource) get(ctx context.Context, key ed25519.PrivateKey) (token string, err error) {
	if token, err = s.getOnce(ctx, key); fault.CodeOf(err) == "BadProof" {
		token, err = s.getOnce(ctx, key)
	}
	return token, err
}

// ask asks one of the account's operations for nodes.
func (s *TokenSource) ask(ctx context.Context, operation string, body, into any) error {
	return post(ctx, s.client, s.state.AccountURL+"/manage/v1/nodes/"+operation, body, into)
}

func (s *TokenSource) getOnce(ctx context.Context, key ed25519.PrivateKey) (string, error) {
	begin := s.now() // before the request: the token's life began later than that
	var nonce model.NonceAnswer
	if err := s.ask(ctx, "nonce", model.NonceRequest{Node: s.state.Node}, &nonce); err != nil {
		return "", err
	}
	proof := ed25519.Sign(key, model.NodeProof(s.state.Node, nonce.Nonce))
	var got model.TokenAnswer
	if err := s.ask(ctx, "token", model.TokenRequest{Node: s.state.Node, Nonce: nonce.Nonce, Signature: proof}, &got); err != nil {
		return "", err
	}
	if got.Token == "" {
		return "", notAnAccount(s.state.AccountURL)
	}
	s.token, s.until = got.Token, begin.Add(time.Duration(got.Seconds)*time.Second-renewBefore)
	return got.Token, nil
}
