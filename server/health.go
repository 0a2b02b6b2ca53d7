package server

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Bounds of a probe, which writes to the store and which anybody may ask for.
const (
	probeEvery  = 3 * time.Second
	probeWithin = 5 * time.Second
)

// pulse remembers the last probe: however many ask, there is one at a time and one in probeEvery.
type pulse struct {
	probe func(context.Context) (store.Health, error)
	now   func() time.Time

	mu   sync.Mutex
	at   time.Time
	last store.Health
	err  error
}

// get probes, or says what the last probe found.
func (p *pulse) get(ctx context.Context) (store.Health, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age := p.now().Sub(p.at); age >= 0 && age < probeEvery {
		return p.last, p.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWithin) // others hear the answer too
	defer cancel()
	p.last, p.err = p.probe(ctx)
	p.at = p.now()
	return p.last, p.err
}

// health says 200 when the account can write, 503 with the reason when it can't. Version and sizes are for callers on
// this machine.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	h, err := s.pulse.get(r.Context())
	status, body := http.StatusOK, map[string]any{"status": "ok"}
	if err != nil {
		status, body = http.StatusServiceUnavailable, map[string]any{"status": "failing", "code": fault.CodeOf(err)}
	}
	if err == nil && s.room.short.Load() {
		body["status"], body["code"] = "waiting", "StoreShort" // scans wait, all else goes on
	}
	if local(r) {
		body["version"], body["store"] = s.cfg.Version, h.Engine
		if err == nil {
			body["storeBytes"], body["freeBytes"] = h.SizeBytes, h.FreeBytes
		}
	}
	api.Answer(w, status, body)
}

// known serves callers on this machine and people who are signed in.
func (s *Server) known(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			p, err := s.access.Authenticate(r.Context(), strings.TrimSpace(token))
			if err == nil && (p.Node != "" || !strings.EqualFold(scheme, "Bearer")) {
				err = fault.New(fault.Denied, "NotAPerson", "this is for people and their tools")
			}
			if err != nil {
				api.Fail(w, r, err)
				return
			}
		}
		h.ServeHTTP(w, r)
	})
}

// local says that the caller is on this machine: on loopback, and no proxy that speaks for somebody else.
func local(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && r.Header.Get("Forwarded") == "" && r.Header.Get("X-Forwarded-For") == ""
}
