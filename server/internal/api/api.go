// Package api is the REST doors: router, errors, paging, request ids, sign-in. Each *plane* is one folder below and
// one published family of addresses; its wire shapes stay there.
//
// A request is given an id, then a principal, then goes to the plane whose prefix its path has. A plane asks the
// Decider before it calls a service. Errors are faults: this room turns each kind into one status and writes it in
// the shape of the plane. The text of an internal failure goes to the operator's log, under the request's id.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

// Authenticator turns a bearer token into who asks. fault.Denied means that the token is not good.
type Authenticator interface {
	Authenticate(ctx context.Context, bearer string) (access.Principal, error)
}

// Decider says who may do what. Planes ask it before they act.
type Decider interface {
	// Allow fails with fault.Denied.
	Allow(ctx context.Context, p access.Principal, a access.Action, collection string) error
	// CollectionsFor are the collections on which the principal may do it, inherited ones too.
	CollectionsFor(ctx context.Context, p access.Principal, a access.Action) ([]string, error)
}

// Plane is one family of addresses.
type Plane struct {
	Prefixes []string // "/scan"; compared without case; the handler sees the path behind it
	Handler  http.Handler
	Shape    Shape // of errors
	Open     bool  // no bearer token is asked for: sign-in and enrolment
}

// Deps are what the doors are made of.
type Deps struct {
	Planes   []Plane // the first whose prefix fits wins
	Auth     Authenticator
	Log      *slog.Logger
	Now      func() time.Time
	Health   http.Handler // /healthz; nil: not there
	Ready    http.Handler // /readyz
	Metrics  http.Handler // /metrics
	Fallback http.Handler // everything else: the portal; nil answers 404
	Observe  func(Seen)   // told of every finished request; may be nil
	MaxBody  int64        // bytes of a request's body; 0 means 8 MiB
	Portals  Portals      // on other hosts
}

// Seen is what is known of a finished request. It holds no query and no header: tokens travel there.
type Seen struct {
	RequestID, Method, Path, Principal string
	Status                             int
	Bytes                              int64
	Took                               time.Duration
}

// New makes the doors.
func New(d Deps) http.Handler {
	if d.MaxBody == 0 {
		d.MaxBody = 8 << 20
	}
	return &doors{d}
}

type doors struct{ Deps }

// ServeHTTP serves one request.
func (d *doors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	st := &state{id: uuid.NewString(), shape: Azure, log: d.Log}
	out := &recorder{ResponseWriter: w, status: http.StatusOK}
	out.Header().Set("x-ms-request-id", st.id)
	out.Header().Set("X-Content-Type-Options", "nosniff")
	out.Header().Set("Cache-Control", "no-store")
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, st))
	if d.Portals.cross(out, r) {
		return
	}
	if r.Body != nil {
		r.Body = http.MaxBytesReader(out, r.Body, d.MaxBody)
	}
	begin := d.Now()
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			d.Log.Error("a request panicked", "request", st.id, "panic", p, "stack", string(debug.Stack()))
			if !out.wrote {
				Fail(out, r, fault.New(fault.Internal, "Internal", "panic"))
			}
		}
		d.seen(r, st, out, d.Now().Sub(begin))
	}()
	d.route(out, r, st)
}

func (d *doors) route(w http.ResponseWriter, r *http.Request, st *state) {
	for path, h := range map[string]http.Handler{"/healthz": d.Health, "/readyz": d.Ready, "/metrics": d.Metrics} {
		if r.URL.Path == path && h != nil {
			h.ServeHTTP(w, r)
			return
		}
	}
	for _, p := range d.Planes {
		for _, prefix := range p.Prefixes {
			rest, ok := behind(r.URL.EscapedPath(), prefix)
			if !ok {
				continue
			}
			st.shape = p.Shape
			if !p.Open && !d.signedIn(w, r, st) {
				return
			}
			st.rest = rest
			p.Handler.ServeHTTP(w, r)
			return
		}
	}
	if d.Fallback != nil {
		d.Fallback.ServeHTTP(w, r)
		return
	}
	Fail(w, r, fault.New(fault.NotFound, "NotFound", "nothing is served at %s", clip(r.URL.Path)))
}

// signedIn finds the principal, or answers 401.
func (d *doors) signedIn(w http.ResponseWriter, r *http.Request, st *state) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	var err error
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		err = fault.New(fault.Denied, "Unauthorized", "this address needs a bearer token").Try("Sign in (purlieu login)")
	} else {
		st.principal, err = d.Auth.Authenticate(r.Context(), token)
	}
	switch {
	case err == nil:
		return true
	case fault.Is(err, fault.Denied):
		w.Header().Set("WWW-Authenticate", "Bearer")
		failWith(w, r, http.StatusUnauthorized, err)
	default:
		Fail(w, r, err)
	}
	return false
}

func (d *doors) seen(r *http.Request, st *state, out *recorder, took time.Duration) {
	s := Seen{
		RequestID: st.id, Method: r.Method, Path: r.URL.Path, Principal: st.principal.ID,
		Status: out.status, Bytes: out.bytes, Took: took,
	}
	if d.Observe != nil {
		d.Observe(s)
	}
	level := slog.LevelInfo
	if s.Status < http.StatusBadRequest && (s.Method == http.MethodGet || s.Method == http.MethodHead) {
		level = slog.LevelDebug // reading changes nothing, and is most of all there is
	}
	d.Log.Log(r.Context(), level, "request", "request", s.RequestID, "method", s.Method, "path", clip(s.Path), "principal", s.Principal,
		"status", s.Status, "bytes", s.Bytes, "took", s.Took)
}

// behind is the path behind a prefix.
func behind(path, prefix string) (string, bool) {
	if len(path) < len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return "", false
	}
	rest := path[len(prefix):]
	return rest, rest == "" || rest[0] == '/'
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}

// state is what the doors know of one request.
type state struct {
	id        string
	shape     Shape
	principal access.Principal
	rest      string // path behind the prefix, escaped
	log       *slog.Logger
}

type stateKey struct{}

func stateOf(r *http.Request) *state {
	if st, ok := r.Context().Value(stateKey{}).(*state); ok {
		return st
	}
	return &state{rest: r.URL.EscapedPath(), log: slog.New(slog.DiscardHandler)}
}

// PrincipalOf is who asks. Behind an open plane it is nobody.
func PrincipalOf(r *http.Request) access.Principal { return stateOf(r).principal }

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status = status
	}
	w.wrote = w.wrote || status >= http.StatusOK
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection: WebSockets need it.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
