// Package connectortest is the suite that every connector passes, and the world that it runs in.
//
// A *world* (Env) gives a connector its settings, login and a real dialer on loopback. A *haul* is everything that a
// connector emitted. The *laws* hold for all connectors: of the description, of planning, of facts and their place, of
// ending early. A connector's test starts its own server, fills it and calls Run.
package connectortest

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/folder"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/format"
	formats "github.com/purlieu/purlieu/format/all"
	dialects "github.com/purlieu/purlieu/lineage/all"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
	"github.com/purlieu/purlieu/vault"
)

// Env is a world for one connector. It dials only loopback. Fields are set before use and not changed after.
type Env struct {
	Kind     model.Kind // for defaults
	Settings model.Settings
	Narrow   model.Scope
	Depth    model.Level
	Load     model.Budget
	Login    string            // kind of the credential
	Open     map[string]string // its open parts
	Secrets  map[string]string // its secret parts
	Terms    model.Terms       // of the network's owner
	// Reach opens the folder that the kind names; folder.Open where it is nil.
	Reach func(path string) (connector.Folder, error)
	// Stamps are the stamps of the last reading, by path; Want answers by them. Where it is nil everything is read.
	Stamps  map[string]uint64
	once    sync.Once // makes formats
	formats *format.Set
	// Dialed counts connections, Standing those that have not been closed, and Most is the most that stood at once.
	Dialed, Standing, Most atomic.Int64
}

var _ connector.Env = (*Env)(nil)

// With is the same world with one setting changed.
func (e *Env) With(name, value string) *Env {
	c := e.copy()
	c.Settings[name] = value
	return c
}

// WithSecret is the same world with one secret changed.
func (e *Env) WithSecret(name, value string) *Env {
	c := e.copy()
	c.Secrets[name] = value
	return c
}

// WithScope is the same world with another scope.
func (e *Env) WithScope(scope model.Scope) *Env {
	c := e.copy()
	c.Narrow = scope
	return c
}

// As is the same world with another user.
func (e *Env) As(user, password string) *Env {
	c := e.WithSecret("password", password)
	c.Open["user"] = user
	return c
}

func (e *Env) copy() *Env {
	return &Env{
		Kind: e.Kind, Settings: maps.Clone(e.Settings), Narrow: e.Narrow, Depth: e.Depth, Load: e.Load, Login: e.Login,
		Open: maps.Clone(e.Open), Secrets: maps.Clone(e.Secrets), Terms: e.Terms, Reach: e.Reach, Stamps: e.Stamps,
	}
}

// Setting is a setting, or its default.
func (e *Env) Setting(name string) string { return e.Kind.Get(e.Settings, name) }

// Scope is what the scan is narrowed to.
func (e *Env) Scope() model.Scope { return e.Narrow }

// Level is how deep to read; L2 where nothing is set.
func (e *Env) Level() model.Level {
	if e.Depth == 0 {
		return model.L2
	}
	return e.Depth
}

// Budget bounds the load on the source.
func (e *Env) Budget() model.Budget { return e.Load }

// Credential is an open part of the credential.
func (e *Env) Credential(name string) string { return e.Open[name] }

// CredentialKind is the kind of the credential.
func (e *Env) CredentialKind() string { return e.Login }

// Secret is a secret part of the credential.
func (e *Env) Secret(name string) vault.Secret { return vault.NewSecret([]byte(e.Secrets[name])) }

// Lets asks the terms.
func (e *Env) Lets(r model.Release) bool { return e.Terms.Lets(r) }

// Releasing is the same world under an owner's terms.
func (e *Env) Releasing(terms ...model.Release) *Env {
	c := e.copy()
	c.Terms = terms
	return c
}

// Dial opens a connection on loopback and refuses every other place.
func (e *Env) Dial(ctx context.Context, host string, port int) (net.Conn, error) {
	e.Dialed.Add(1)
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fault.New(fault.Denied, "HostNotAllowed", "tests dial loopback only")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fault.New(fault.Unreachable, "Unreachable", "nothing answers at %s port %d", host, port).Because(err)
	}
	for standing := e.Standing.Add(1); ; {
		if most := e.Most.Load(); standing <= most || e.Most.CompareAndSwap(most, standing) {
			break
		}
	}
	return &counted{Conn: conn, standing: &e.Standing}, nil
}

// counted is a connection that says when it is closed.
type counted struct {
	net.Conn
	standing *atomic.Int64
	closed   atomic.Bool
}

// Close closes the connection.
func (c *counted) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.standing.Add(-1)
	}
	return c.Conn.Close()
}

// Folder opens the folder that the kind names, as if the local policy allowed it.
func (e *Env) Folder(ctx context.Context) (connector.Folder, error) {
	path, err := e.Kind.Folder.Expand(e.Setting)
	if err != nil {
		return nil, err
	}
	if path == "" {
		return nil, fault.New(fault.Unsupported, "NoFolder", "sources of this kind are no folders")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.Reach != nil {
		return e.Reach(path)
	}
	return folder.Open(folder.Root{Allowed: path})
}

// Formats are all that there are, in one set, as a worker has them: what formats keep for the next file is kept.
func (e *Env) Formats() *format.Set {
	e.once.Do(func() { e.formats = format.NewSet(formats.All(), formats.Packings(), nil) })
	return e.formats
}

// Want answers by Stamps.
func (e *Env) Want(_, path string, stamp uint64) (open, sample bool) {
	last, known := e.Stamps[path]
	return !known || last != stamp, false
}

// Afresh says that there are no Stamps.
func (e *Env) Afresh() bool { return e.Stamps == nil }

// Log drops everything.
func (e *Env) Log() *slog.Logger { return slog.New(slog.DiscardHandler) }

// ErrEnough is what a haul answers when it was told to stop.
var ErrEnough = errors.New("enough")

// Haul is what a connector emitted, in order. It is an Emit for one goroutine. It keeps copies, and scribbles over what it
// was lent: a connector that reads an asset behind the call finds nothing of it.
type Haul struct {
	Assets   []*model.Asset
	Gaps     []model.Gap
	Lists    []model.Listed
	Children []model.Unit
	// Filter is what each asset passes, where it is set.
	Filter *filter.Filter
	// Enough answers the asset after so many with ErrEnough; 0 never does.
	Enough int
	// On is called before each asset is taken, where it is set.
	On func(*model.Asset)
	// Late counts what came after ErrEnough.
	Late int
	// Samples are what was sampled of an asset, by path. It is filled where Sampling is set.
	Samples  map[string]*sample.Table
	Sampling bool

	ctx context.Context // of the reading, for samples
}

var _ connector.Emit = (*Haul)(nil)

func (h *Haul) stopped() bool { return h.Enough > 0 && len(h.Assets) >= h.Enough }

// Asset takes an asset.
func (h *Haul) Asset(a *model.Asset) error {
	defer scribble(a)
	if h.On != nil {
		h.On(a)
	}
	if h.stopped() {
		h.Late++
		return ErrEnough
	}
	if h.Filter != nil {
		gaps, _ := h.Filter.Asset(a)
		h.Gaps = append(h.Gaps, gaps...)
	}
	h.Assets = append(h.Assets, a.Clone())
	return nil
}

// scribble spoils an asset with all its lists, as who may change it could.
func scribble(a *model.Asset) {
	const word = "scribbled"
	texts := func(list []string) {
		for i := range list {
			list[i] = word
		}
	}
	for i := range a.Attrs {
		texts(a.Attrs[i].List)
		a.Attrs[i] = model.Attr{Name: word, Text: word}
	}
	for i := range a.Columns {
		texts(a.Columns[i].Labels)
		a.Columns[i] = model.Column{Name: word, Type: word, Ordinal: -1, Unjudged: true}
	}
	for i := range a.Keys {
		texts(a.Keys[i].Columns)
		texts(a.Keys[i].RefColumns)
		a.Keys[i] = model.Key{Name: word}
	}
	for i := range a.Indexes {
		texts(a.Indexes[i].Columns)
		a.Indexes[i] = model.Index{Name: word}
	}
	for i := range a.Measures {
		a.Measures[i] = model.Measure{Name: word, Value: -1}
	}
	if l := a.Lineage; l != nil {
		for i := range l.Inputs {
			l.Inputs[i] = model.Ref{Type: word, Path: word}
		}
		for i := range l.Columns {
			l.Columns[i] = model.ColumnEdge{Input: -1, From: word, To: word}
		}
	}
	*a = model.Asset{Type: word, Path: word, Name: word, Text: word, Facets: ^model.Facet(0)}
}

// Sampled takes an asset, and reads its values where Sampling is set.
func (h *Haul) Sampled(a *model.Asset, read func(context.Context, *sample.Table) error) error {
	if h.Sampling && !h.stopped() {
		var table sample.Table
		if err := read(h.context(), &table); err != nil {
			h.Gaps = append(h.Gaps, model.Gap{Path: a.Path, Facet: model.FacetClassification, Code: fault.CodeOf(err)})
		} else {
			if h.Samples == nil {
				h.Samples = map[string]*sample.Table{}
			}
			h.Samples[a.Path] = &table
		}
	}
	return h.Asset(a)
}

func (h *Haul) context() context.Context {
	if h.ctx == nil {
		return context.Background()
	}
	return h.ctx
}

// Gap takes a gap.
func (h *Haul) Gap(g model.Gap) error { h.Gaps = append(h.Gaps, g); return nil }

// Listed takes a listing.
func (h *Haul) Listed(l model.Listed) error { h.Lists = append(h.Lists, l); return nil }

// Child takes a child unit.
func (h *Haul) Child(u model.Unit) error { h.Children = append(h.Children, u); return nil }

// Named is the asset at a path, or nil. Where several types have the path the first wins.
func (h *Haul) Named(path string) *model.Asset {
	for _, a := range h.Assets {
		if a.Path == path {
			return a
		}
	}
	return nil
}

// Units are the units that Plan makes.
func Units(ctx context.Context, c connector.Connector, env connector.Env) ([]model.Unit, error) {
	var units []model.Unit
	err := c.Plan(ctx, env, func(u model.Unit) error { units = append(units, u); return nil })
	return units, err
}

func termsOf(env connector.Env) (terms model.Terms) {
	for _, r := range model.Releases() {
		if env.Lets(r) != r.Usual() {
			terms = append(terms, r)
		}
	}
	return terms
}

// Read plans and scans everything, children too. What it gives has passed the value filter, as it does in a worker.
func Read(ctx context.Context, c connector.Connector, env connector.Env) (*Haul, error) {
	kind := c.Describe()
	sieve, err := filter.New(&kind, dialects.All(), termsOf(env))
	if err != nil {
		return nil, err
	}
	return ReadInto(ctx, c, env, &Haul{Filter: sieve})
}
