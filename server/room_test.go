package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestRoomIsShortBelowTheMarkAndRecoversAboveIt(t *testing.T) {
	const gib = 1 << 30
	full := fault.New(fault.Throttled, "StoreFull", "the disk is full")
	for _, c := range []struct {
		name       string
		keep       int64
		free, disk int64
		err        error
		was, short bool
	}{
		{name: "much room", free: 8 * gib, disk: 100 * gib},
		{name: "under 1 GiB", free: gib - 1, disk: 10 * gib, short: true},
		{name: "under 5 % of a large disk", free: 4 * gib, disk: 100 * gib, short: true},
		{name: "just above the mark again: still short", free: gib + 1, disk: 10 * gib, was: true, short: true},
		{name: "well above the mark again", free: 2 * gib, disk: 10 * gib, was: true},
		{name: "what was said instead of the marks", keep: 1000, free: 1001, disk: 100 * gib},
		{name: "less than what was said", keep: 1000, free: 999, disk: 100 * gib, short: true},
		{name: "room that nobody knows", free: -1, disk: -1},
		{name: "room that nobody knows, after a full disk", free: -1, disk: -1, was: true},
		{name: "a full disk", err: full, short: true},
		{name: "another trouble says nothing of room", err: fault.New(fault.Throttled, "StoreBusy", "busy"), was: true, short: true},
	} {
		r := &room{keep: c.keep, log: slog.New(slog.DiscardHandler)}
		r.short.Store(c.was)
		r.note(store.Health{FreeBytes: c.free, DiskBytes: c.disk}, c.err)
		if r.short.Load() != c.short {
			t.Errorf("%s: short %v", c.name, r.short.Load())
		}
	}
}

func TestAShortDiskIsSaidAndPeopleGoOn(t *testing.T) {
	r := start(t, nil)
	free := int64(0)
	r.pulse.mu.Lock()
	probe := r.pulse.probe
	r.pulse.probe = func(ctx context.Context) (store.Health, error) {
		h, err := probe(ctx)
		h.FreeBytes = free
		return h, err
	}
	r.pulse.at = time.Time{}
	r.pulse.mu.Unlock()
	says := func(want string) {
		t.Helper()
		r.pulse.mu.Lock()
		r.pulse.at = time.Time{}
		r.pulse.mu.Unlock()
		h, err := r.pulse.get(t.Context())
		r.room.note(h, err)
		w := httptest.NewRecorder()
		q := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		q.RemoteAddr = "192.0.2.7:4000"
		r.handler().ServeHTTP(w, q)
		if w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	says(`{"code":"StoreShort","status":"waiting"}`)
	if link, err := r.FirstLink(t.Context()); err != nil || link == "" {
		t.Errorf("a person's write: %v", err)
	}
	free = 1 << 40
	says(`{"status":"ok"}`)
}
