// Package docstest gives tests a store of documents in memory, for rooms that keep nothing but configuration.
//
// It keeps the promises of store.Docs: versions, order, prefixes and all-or-nothing transactions. Runs lists the
// runs that the test put there; every other method of a transaction panics.
package docstest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Store is the store. Its zero value is empty; Clock may be set before use.
type Store struct {
	Clock func() time.Time // time.Now when nil

	mu        sync.Mutex
	docs      map[string]store.Doc
	Active    []store.Run // what ListRuns gives, filtered
	Forgotten []string    // the scans whose bases were deleted
}

// Update runs fn and keeps what it wrote when it returns nil.
func (s *Store) Update(_ context.Context, _ store.Lane, fn func(store.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &tx{s: s, docs: map[string]store.Doc{}, now: s.now()}
	for k, d := range s.docs {
		t.docs[k] = d
	}
	if err := fn(t); err != nil {
		return err
	}
	s.docs = t.docs
	return nil
}

// View runs fn over a snapshot.
func (s *Store) View(_ context.Context, fn func(store.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fn(&tx{s: s, docs: s.docs, now: s.now(), frozen: true})
}

// Probe finds it well.
func (s *Store) Probe(context.Context) (store.Health, error) {
	return store.Health{Engine: "memory", FreeBytes: -1}, nil
}

// Close does nothing.
func (s *Store) Close() error { return nil }

func (s *Store) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

type tx struct {
	s      *Store
	docs   map[string]store.Doc
	now    time.Time
	frozen bool
}

func (t *tx) Now() time.Time     { return t.now }
func (t *tx) Docs() store.Docs   { return t }
func (t *tx) Runs() store.Runs   { return runs{s: t.s} }
func (t *tx) Inbox() store.Inbox { panic("docstest keeps documents only") }
func (t *tx) Map() store.Map     { return entities{s: t.s} }
func (t *tx) Index() store.Index { panic("docstest keeps documents only") }

func (t *tx) Get(_ context.Context, kind, key string) (store.Doc, error) {
	d, ok := t.docs[kind+"\x00"+key]
	if !ok {
		return store.Doc{}, fault.New(fault.NotFound, "NotFound", "no %s %q", kind, key)
	}
	return d, nil
}

func (t *tx) List(_ context.Context, kind, prefix, after string, limit int) ([]store.Doc, error) {
	var out []store.Doc
	for _, d := range t.docs {
		if d.Kind == kind && strings.HasPrefix(d.Key, prefix) && d.Key > after {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b store.Doc) int { return strings.Compare(a.Key, b.Key) })
	return out[:min(limit, len(out))], nil
}

func (t *tx) Put(_ context.Context, doc *store.Doc) error {
	if t.frozen {
		return fault.New(fault.Internal, "ReadOnly", "a view can't write")
	}
	id := doc.Kind + "\x00" + doc.Key
	old := t.docs[id]
	if old.Version != doc.Version {
		return fault.New(fault.Conflict, "VersionConflict", "%s %q was changed by another", doc.Kind, doc.Key)
	}
	doc.Version++
	doc.Modified, doc.Created = t.now, old.Created
	if doc.Created.IsZero() {
		doc.Created = t.now
	}
	kept := *doc
	kept.Body = slices.Clone(doc.Body)
	t.docs[id] = kept
	return nil
}

func (t *tx) Delete(_ context.Context, kind, key string, version int64) error {
	old, ok := t.docs[kind+"\x00"+key]
	switch {
	case !ok:
		return fault.New(fault.NotFound, "NotFound", "no %s %q", kind, key)
	case version != 0 && old.Version != version:
		return fault.New(fault.Conflict, "VersionConflict", "%s %q was changed by another", kind, key)
	}
	delete(t.docs, kind+"\x00"+key)
	return nil
}

type runs struct {
	store.Runs
	s *Store
}

func (r runs) ListRuns(_ context.Context, q store.RunQuery) ([]store.Run, error) {
	var out []store.Run
	for _, run := range r.s.Active {
		if run.Source == q.Source && run.Scan == q.Scan && (len(q.States) == 0 || slices.Contains(q.States, run.State)) {
			out = append(out, run)
		}
	}
	return out, nil
}

type entities struct {
	store.Map
	s *Store
}

func (e entities) DeleteBases(_ context.Context, scan string) error {
	e.s.Forgotten = append(e.s.Forgotten, scan)
	return nil
}

// Formers finds none: these rooms never met anything.
func (e entities) Formers(context.Context, string, int64, int) ([]store.Former, error) {
	return nil, nil
}
