package postgres

import (
	"context"
	"strconv"
	"strings"

	dialect "github.com/purlieu/purlieu/lineage/postgres"
	"github.com/purlieu/purlieu/model"
)

// maxKept bounds each of the caches below, so that their memory does not grow with the source.
const maxKept = 1 << 14

// intern keeps one string for names that come again and again.
type intern map[string]string

func (in intern) of(b []byte) string {
	if s, ok := in[string(b)]; ok {
		return s
	}
	if len(in) >= maxKept {
		clear(in)
	}
	s := string(b)
	in[s] = model.CleanText(s)
	return in[s]
}

// typeKey is a type with its modifier.
type typeKey struct {
	oid uint32
	mod int32
}

// typeNames turns types into their exact text. The server writes each distinct one once.
type typeNames struct {
	place map[typeKey]int
	keys  []typeKey
	texts []string // shorter than keys while some are unknown
}

func newTypeNames() typeNames { return typeNames{place: map[typeKey]int{}} }

// at is the place of a type; its text is known after load.
func (t *typeNames) at(key typeKey) int {
	i, ok := t.place[key]
	if !ok {
		i = len(t.keys)
		t.place[key] = i
		t.keys = append(t.keys, key)
	}
	return i
}

// forget empties the cache when it has grown too big. Places from before are void.
func (t *typeNames) forget() {
	if len(t.keys) > maxKept {
		*t = newTypeNames()
	}
}

// load asks the server for the texts that are missing.
func (t *typeNames) load(ctx context.Context, s *session) error {
	missing := t.keys[len(t.texts):]
	if len(missing) == 0 {
		return nil
	}
	oids := make([]uint32, len(missing))
	var mods strings.Builder
	for i, key := range missing {
		oids[i] = key.oid
		if i > 0 {
			mods.WriteByte(',')
		}
		mods.WriteString(strconv.Itoa(int(key.mod)))
	}
	return s.query(ctx, sqlTypes, func(r row) error {
		t.texts = append(t.texts, model.CleanText(r.text(0)))
		return nil
	}, oidArray(oids), "{"+mods.String()+"}")
}

// filter is the value filter with a memory, since few defaults make up most.
type filter struct{ seen map[string]string }

func newFilter() *filter { return &filter{map[string]string{}} }

// of is the text without values; false when it must stay behind.
func (f *filter) of(b []byte) (string, bool) {
	if s, ok := f.seen[string(b)]; ok {
		return s, true
	}
	s, err := dialect.Redact(string(b))
	if err != nil {
		return "", false
	}
	if len(b) <= 200 {
		if len(f.seen) >= maxKept {
			clear(f.seen)
		}
		f.seen[string(b)] = s
	}
	return s, true
}
