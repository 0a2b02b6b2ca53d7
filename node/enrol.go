package node

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/enrol"
)

// Words of enrolment, for the command line and for tests: see node/internal/enrol.
type (
	// EnrolOptions say how a node enrols.
	EnrolOptions = enrol.Options
	// Enrolled is what became of an enrolment.
	Enrolled = enrol.Result
	// State is what an enrolled node knows of its account.
	State = enrol.State
	// TokenSource gives the node's tokens.
	TokenSource = enrol.TokenSource
	// Dial opens a connection to the account.
	Dial = enrol.Dial
)

// Enrol enrols this machine as a node of the key's runtime and writes its state. A failure names one cause and the
// next step, and never quotes the key.
func Enrol(ctx context.Context, o EnrolOptions) (Enrolled, error) { return enrol.Enrol(ctx, o) }

// LoadState reads the state of an enrolled machine; fault.NotFound when it is not enrolled.
func LoadState(dir string) (State, error) { return enrol.Load(dir) }

// NewTokenSource makes the source of the node's tokens, over a client of State.Client.
func NewTokenSource(state State, client *http.Client, now func() time.Time) *TokenSource {
	return enrol.NewTokenSource(state, client, now)
}

// StateOf is the state of a node that keeps its key in memory alone: the server's built-in one.
func StateOf(e model.Enrolment, key ed25519.PrivateKey) State { return enrol.Of(e, key) }

// Unread is the failure for a file or folder of the state directory that can't be read: Denied where this user may not.
func Unread(path string, err error) error { return enrol.Unread(path, err) }
