package access

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// memory is a store of documents alone, with a clock that the test sets. Each Update runs its function once for
// nothing and then again, as an engine may: so every test here proves that functions bear it.
type memory struct {
	mu   sync.RWMutex
	docs map[[2]string]store.Doc
	now  time.Time
}

func newMemory() *memory {
	return &memory{docs: map[[2]string]store.Doc{}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func (m *memory) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func (m *memory) Update(_ context.Context, _ store.Lane, fn func(tx store.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := fn(&memoryTx{docs: maps.Clone(m.docs), now: m.now, write: true}); err != nil {
		return err
	}
	tx := &memoryTx{docs: maps.Clone(m.docs), now: m.now, write: true}
	if err := fn(tx); err != nil {
		return err
	}
	m.docs = tx.docs
	return nil
}

func (m *memory) View(_ context.Context, fn func(tx store.Tx) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return fn(&memoryTx{docs: m.docs, now: m.now})
}

func (m *memory) Probe(context.Context) (store.Health, error) { return store.Health{}, nil }
func (m *memory) Close() error                                { return nil }

// text is everything the store holds: where a canary must not be found.
func (m *memory) text() string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var b strings.Builder
	for k, d := range m.docs {
		b.WriteString(k[0] + " " + k[1] + " " + string(d.Body) + "\n")
	}
	return b.String()
}

type memoryTx struct {
	store.Tx // every other table is missing: its use would panic

	docs  map[[2]string]store.Doc
	now   time.Time
	write bool
}

func (t *memoryTx) Now() time.Time   { return t.now }
func (t *memoryTx) Docs() store.Docs { return t }

func (t *memoryTx) Get(_ context.Context, kind, key string) (store.Doc, error) {
	d, ok := t.docs[[2]string{kind, key}]
	if !ok {
		return store.Doc{}, fault.New(fault.NotFound, "NotFound", "no %s %s", kind, key)
	}
	return d, nil
}

func (t *memoryTx) List(_ context.Context, kind, prefix, after string, limit int) ([]store.Doc, error) {
	var out []store.Doc
	for k, d := range t.docs {
		if k[0] == kind && strings.HasPrefix(k[1], prefix) && k[1] > after {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b store.Doc) int { return strings.Compare(a.Key, b.Key) })
	return out[:min(limit, len(out))], nil
}

func (t *memoryTx) Put(_ context.Context, doc *store.Doc) error {
	id := [2]string{doc.Kind, doc.Key}
	old, ok := t.docs[id]
	if !t.write || ok != (doc.Version != 0) || old.Version != doc.Version {
		return fault.New(fault.Conflict, "Conflict", "the %s %s changed", doc.Kind, doc.Key)
	}
	doc.Version, doc.Modified, doc.Created = doc.Version+1, t.now, old.Created
	if !ok {
		doc.Created = t.now
	}
	t.docs[id] = *doc
	return nil
}

func (t *memoryTx) Delete(_ context.Context, kind, key string, version int64) error {
	old, ok := t.docs[[2]string{kind, key}]
	if !ok {
		return fault.New(fault.NotFound, "NotFound", "no %s %s", kind, key)
	}
	if version != 0 && version != old.Version {
		return fault.New(fault.Conflict, "Conflict", "the %s %s changed", kind, key)
	}
	delete(t.docs, [2]string{kind, key})
	return nil
}
