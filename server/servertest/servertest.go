// Package servertest gives tests of clients an account in memory, behind the real doors.
//
// Router, planes and configuration are the shipped ones over documents in memory. Nodes are played: a run that is
// started goes on by one step each time that it is looked at, and ends as the test said. The map holds one table and
// one view.
package servertest

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/account"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/manage"
	"github.com/purlieu/purlieu/server/internal/api/policystore"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/api/signin"
	"github.com/purlieu/purlieu/server/internal/gate"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/docstest"
)

// Token is the bearer token of a person who may do everything; ReaderToken's may do things in the collection
// "sales" only.
const (
	Token       = "token-of-an-administrator"
	ReaderToken = "token-of-a-reader"
)

// Account is an account in memory.
type Account struct {
	http.Handler
	Scan *scan.Service

	mu       sync.Mutex
	history  []*played
	runtimes map[string]scanning.Runtime
	keys     map[string]scanning.Keys
	// Ending is how runs that start from now on end.
	Ending model.RunState
	// Gaps are what they could not read.
	Gaps []model.Gap
	// Asks is the id of the proposal with which runs wait for a person instead of ending; "" asks nobody.
	Asks string
	// Grows makes that a question of growth; else it is one of deletions.
	Grows bool
	// Closed holds the units of runs back that start from now on, until they are claimed.
	Closed scan.Closed
	// Refusal is why nodes connect to no source; nil: they do.
	Refusal *fault.Error
}

type played struct {
	view  scan.RunView
	steps int
	gaps  []model.Gap
}

// New makes an account that knows these kinds.
func New(kinds ...model.Kind) (*Account, error) {
	a := &Account{
		Scan:   scan.New(&docstest.Store{}, nil, nil, slog.New(slog.DiscardHandler), scan.DefaultConfig()),
		Ending: model.RunSucceeded,
		runtimes: map[string]scanning.Runtime{
			model.BuiltInRuntime: {ID: "0", Name: model.BuiltInRuntime, Kind: model.RuntimeManaged, State: "Started"},
		},
		keys: map[string]scanning.Keys{},
	}
	if err := a.Scan.PutKinds(context.Background(), kinds); err != nil {
		return nil, err
	}
	a.open(a, a, nil, nil)
	return a, nil
}

func (a *Account) open(auth api.Authenticator, decide api.Decider, fallback http.Handler, with func(own *manage.Plane) []api.Plane) {
	scans := &scanning.Plane{Definitions: a.Scan, Runs: runs{a}, Runtimes: a, Decider: decide}
	data := &atlas.Plane{Map: sample{}, Edit: sample{}, Remove: sample{}, Edges: sample{}, Search: sample{}, Kinds: a.Scan, Decider: decide, Now: time.Now}
	own := &manage.Plane{Decider: decide, Now: time.Now, Sources: a.Scan, Announced: a.Scan, Runs: runs{a}, Map: sample{}, Search: sample{}, Proposals: proposals{a.Scan, a}, Questions: questions{a.Scan, a}}
	var more []api.Plane
	if with != nil {
		more = with(own)
	}
	a.Handler = api.New(api.Deps{
		Planes: slices.Concat(scans.Planes(), data.Planes(), own.Planes(), more, published.Planes()), Auth: auth, Log: slog.New(slog.DiscardHandler), Now: time.Now, Fallback: fallback,
	})
}

// WithPeople puts the shipped sign-in and access rooms in the place of the two tokens; clock says when tokens end. It
// gives the token of the first sign-in link. Call it before the account serves.
func (a *Account) WithPeople(ctx context.Context, keyFile string, clock func() time.Time) (link string, err error) {
	cfg := access.DefaultConfig()
	cfg.KeyFile, cfg.Password = keyFile, access.PasswordCost{Passes: 1, MemoryKiB: 64, Threads: 1}
	people, err := access.Open(ctx, &docstest.Store{Clock: clock}, cfg)
	if err != nil {
		return "", err
	}
	network, err := gate.Open(ctx, &docstest.Store{Clock: clock}, clock)
	if err != nil {
		return "", err
	}
	a.open(people, people, signin.New(people, signin.Options{Fail: api.Fail}), func(own *manage.Plane) []api.Plane {
		own.People, own.SignInURL = people, func() string { return "https://account.example/signin" }
		own.Network, own.Arrival = network, func(*http.Request) gate.Arrival { return gate.Arrival{Public: true, Door: "account"} }
		tree := &account.Plane{Collections: collections{people}, Decider: people}
		return append(tree.Planes(), (&policystore.Plane{Policies: people, Decider: people}).Planes()...)
	})
	return people.FirstLink(ctx)
}

// collections stand empty.
type collections struct{ *access.Service }

// DeleteCollection deletes one.
func (c collections) DeleteCollection(ctx context.Context, name string) error {
	return c.Service.DeleteCollection(ctx, name, nil)
}

// Authenticate knows the two tokens.
func (a *Account) Authenticate(_ context.Context, bearer string) (access.Principal, error) {
	switch bearer {
	case Token:
		return access.Principal{ID: "user:admin", Name: "admin"}, nil
	case ReaderToken:
		return access.Principal{ID: "user:reader", Name: "reader"}, nil
	}
	return access.Principal{}, fault.New(fault.Denied, "InvalidToken", "the token is not one of this account").Try("Sign in again (purlieu login)")
}

// Allow lets the administrator do all, the reader read in "sales".
func (a *Account) Allow(_ context.Context, p access.Principal, action access.Action, collection string) error {
	if p.ID == "user:admin" || (collection == "sales" && reads(action)) {
		return nil
	}
	return fault.New(fault.Denied, "Forbidden", "you may not do this on the collection %q", collection)
}

func reads(a access.Action) bool {
	return a == access.ReadSource || a == access.ReadScan || a == access.ReadData
}

// CollectionsFor says the same as Allow.
func (a *Account) CollectionsFor(_ context.Context, p access.Principal, action access.Action) ([]string, error) {
	switch {
	case p.ID == "user:admin":
		return []string{access.RootCollection, "sales", "Collection-rZX", "sharedeuappurviewaccount"}, nil
	case reads(action):
		return []string{"sales"}, nil
	}
	return nil, nil
}

// Start begins a run.
func (a *Account) Start(ctx context.Context, source, name string, o scan.StartOptions) (scan.RunView, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	sc, err := a.Scan.Scan(ctx, source, name)
	if err != nil {
		return scan.RunView{}, err
	}
	src, err := a.Scan.Source(ctx, source)
	if err != nil {
		return scan.RunView{}, err
	}
	if o.RunID == "" {
		o.RunID = uuid.NewString()
	}
	for _, r := range a.history {
		if r.view.ID == o.RunID {
			if r.view.Source == source && r.view.Scan == name {
				return r.view, nil
			}
			return scan.RunView{}, fault.New(fault.Conflict, "RunExists", "the run %s is there already", o.RunID)
		}
	}
	v := scan.RunView{
		ID: o.RunID, Source: source, Scan: name, Runtime: sc.Runtime, Kind: src.Kind, Collection: sc.Collection, State: model.RunQueued,
		Type: o.Type, Full: o.Full, Level: sc.Level, Queued: time.Now(), Units: store.UnitCounts{model.UnitQueued: 3}, Closed: a.Closed,
	}
	a.history = append(a.history, &played{view: v, gaps: a.Gaps})
	return v, nil
}

// Run shows a run, and lets it go on by one step.
func (a *Account) Run(_ context.Context, id string) (scan.RunView, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.history {
		if r.view.ID == id {
			a.step(r)
			return r.view, nil
		}
	}
	return scan.RunView{}, scan.NotFound("run", id)
}

func (a *Account) step(r *played) {
	v := &r.view
	if v.State.Ended() {
		return
	}
	now := time.Now()
	switch r.steps++; r.steps {
	case 1:
	case 2:
		v.State, v.Started, v.IngestionStarted, v.Closed = model.RunInProgress, now, now, scan.Closed{}
		v.Units = store.UnitCounts{model.UnitLeased: 2, model.UnitClosed: 1}
		v.Counts.Discovered = 1
	default:
		v.DiscoveryEnded, v.Proposal = now, a.Asks
		if a.Asks == "" {
			v.State, v.Ended = a.Ending, now
		}
		v.Units = store.UnitCounts{model.UnitClosed: 3}
		v.Counts = scan.RunCounts{Discovered: 2, Changed: 2, Created: 2, Edges: 1, Gaps: int64(len(r.gaps)), Batches: 1, Bytes: 900}
		if v.State == model.RunFailed {
			v.Code, v.Text = "WrongPassword", "the server refused the sign-in of scanner"
		}
	}
}

// Cancel ends a run.
func (a *Account) Cancel(_ context.Context, _, _, id string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.history {
		if r.view.ID == id {
			if r.view.State.Ended() {
				return fault.New(fault.Conflict, "RunEnded", "the run %s is over", id)
			}
			r.view.State, r.view.Ended = model.RunCanceled, time.Now()
			return nil
		}
	}
	return scan.NotFound("run", id)
}

// History gives runs, newest first.
func (a *Account) History(_ context.Context, f scan.RunFilter, before string, limit int) ([]scan.RunView, string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := len(a.history)
	if before != "" {
		n, err := strconv.Atoi(before)
		if err != nil || n < 0 || n > at {
			return nil, "", fault.New(fault.Invalid, "BadCursor", "no such page")
		}
		at = n
	}
	var out []scan.RunView
	for i := at - 1; i >= 0; i-- {
		if v := a.history[i].view; matches(f, v) {
			if len(out) == limit {
				return out, strconv.Itoa(i + 1), nil
			}
			out = append(out, v)
		}
	}
	return out, "", nil
}

func matches(f scan.RunFilter, v scan.RunView) bool {
	return (f.Source == "" || f.Source == v.Source) && (f.Scan == "" || f.Scan == v.Scan) && (f.States == nil || slices.Contains(f.States, v.State))
}

// gapsOf gives the gaps of a run once it has ended.
func (a *Account) gapsOf(id string) []model.Gap {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.history {
		if r.view.ID == id && r.view.State.Ended() {
			return r.gaps
		}
	}
	return nil
}
