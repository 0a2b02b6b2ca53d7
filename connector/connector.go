// Package connector is the contract of source connectors: how a source is described, planned and read.
//
// A connector runs in a worker process, reads one source with one login and hands what it finds to Emit. It opens no
// socket, reads no environment and resolves no secret: Env gives it all of these. It keeps nothing whole in memory:
// no function returns "all assets". Retry, rate, cache and deadlines are wrappers around it, never inside it.
// Each connector is one folder and one entry in connector/all; connectortest is the suite that all of them pass.
package connector

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
	"github.com/purlieu/purlieu/vault"
)

// Connector reads sources of one kind.
type Connector interface {
	// Describe is constant, and cheap.
	Describe() model.Kind
	// Plan looks at the source and emits the units of a run, in any order. Planning reads no assets below containers
	// that Scan would list, takes little time, and may be done again by another node: the same source gives the same
	// units.
	Plan(ctx context.Context, env Env, emit func(model.Unit) error) error
	// Scan reads one unit. Facts stand at or below unit.Below. It returns after everything was emitted; an error
	// means that the unit was not read whole, what was emitted counts all the same.
	// Errors are *fault.Error with closed codes and carry no driver text.
	Scan(ctx context.Context, env Env, unit model.Unit, emit Emit) error
}

// Tester is a connector that can test a connection, step by step.
type Tester interface {
	Test(ctx context.Context, env Env, report func(Step)) error
}

// Step is one finished step of a connection test.
type Step struct {
	Name   string // "resolve", "connect", "tls", "sign in", "read catalogue"
	OK     bool
	Detail string // closed text of ours
	Remedy string
}

// Failed is the step of a test that ended with an error: in the error's words where they are ours, in none where it is unknown.
func Failed(name string, err error) Step {
	s := Step{Name: name, Detail: "It failed", Remedy: "Look at the node's log"}
	var known *fault.Error
	if errors.As(err, &known) && known.Kind != fault.Internal {
		s.Detail, s.Remedy = known.Text, known.Remedy
	}
	return s
}

// Keeper is a connector that can keep what it has opened from one call to the next.
type Keeper interface {
	// Keep gives a connector for calls with this one Env, one after the other, that does all that this one does; release
	// closes what they have left open.
	Keep(env Env) (kept Connector, release func())
}

// Browser is a connector that can list one level of names, to choose a scope from.
type Browser interface {
	Browse(ctx context.Context, env Env, path string, emit func(model.Ref) error) error
}

// Identifier is a connector that can say which source it reads, and as whom. It is asked before anything is planned or
// read, and where the catalogue does not show everything to any login (model.Kind.ShowsAll) again behind it: the same
// source and the same rights give the same identity, on every node. It takes one connection and few statements.
type Identifier interface {
	Identify(ctx context.Context, env Env) (model.Identity, error)
}

// Emit takes what a unit finds. Its methods are called from one goroutine, and block when the node is behind:
// back-pressure is the pipe. An error means stop: return it.
type Emit interface {
	// Asset lends one asset for as long as the call takes: the receiver may change it, and keeps nothing of it but texts.
	// Behind the call it is the caller's again, in whatever state, with all its lists, to be used for the next one.
	// Texts of the source are clean (model.CleanText): the connector knows which are, and cleans each once. One that no
	// store could hold is cleaned all the same.
	Asset(*model.Asset) error
	// Sampled lends one asset whose values can be read, as Asset does. Where the level asks for it and a sample is due, read is
	// called before Sampled returns, once, on the caller's goroutine, to fill the table; the values die there. An error of
	// read is a gap of the asset's classification, never the end of the unit, unless it is one of ctx.
	Sampled(asset *model.Asset, read func(context.Context, *sample.Table) error) error
	// Gap reports what could not be read.
	Gap(model.Gap) error
	// Listed says how far this unit's part of a container was listed.
	Listed(model.Listed) error
	// Child hands a part of this unit on, to be read as a unit of its own.
	Child(model.Unit) error
}

// Env is a connector's whole world.
type Env interface {
	// Setting is a setting of the source or the scan, or its default.
	Setting(name string) string
	// Scope is what the scan is narrowed to.
	Scope() model.Scope
	// Level is how deep to read.
	Level() model.Level
	// Budget bounds the load on the source.
	Budget() model.Budget
	// Credential is an open part of the credential, such as the user name.
	Credential(name string) string
	// CredentialKind is the kind of the credential, "" for none.
	CredentialKind() string
	// Secret is a secret part of the credential. Use it at the sign-in and drop it.
	Secret(name string) vault.Secret
	// Lets reports whether metadata of a sort may leave: what may not need not be read.
	Lets(model.Release) bool
	// Dial opens a connection to a host and port of the source, through policy, proxy and name resolution. A connector has
	// one at a time, by which nodes bound how many there are, and one more for a moment to cancel what runs on it.
	Dial(ctx context.Context, host string, port int) (net.Conn, error)
	// Folder opens the folder that a node-local source is, as far as the local policy allows; the caller closes it. It
	// fails with fault.Denied, with the command that would allow it, and fault.Unsupported where the kind names none.
	Folder(ctx context.Context) (Folder, error)
	// Formats is how files are read.
	Formats() *format.Set
	// Want answers, before anything is opened, whether the asset must be read again, and sampled, judged by the
	// source's change mark: an unchanged asset need not be opened.
	Want(typeName, path string, stamp uint64) (open, sample bool)
	// Afresh reports whether nothing is known of what the unit reads: Want says of all of it that it must be read.
	Afresh() bool
	// Log is for the operator of the node. No value of the source goes there.
	Log() *slog.Logger
}
