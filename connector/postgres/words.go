package postgres

import (
	"context"
	"strconv"
	"strings"

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

// texts keeps one string for SQL that comes again and again, as the server wrote it: few defaults make up most.
type texts map[string]string

func (t texts) of(b []byte) string {
	if s, ok := t[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(b) <= 200 {
		if len(t) >= maxKept {
			clear(t)
		}
		t[s] = s
	}
	return s
}
