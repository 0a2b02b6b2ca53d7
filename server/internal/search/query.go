package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// The bounds of a page.
const (
	defaultLimit = 50
	mostLimit    = 1_000
	mostOffset   = 10_000
)

// lastLook is how long an answer may take after the caller's deadline ended a wait, and mostWait how long a wait is at
// most: a version may be asked for that the map never reaches.
const (
	lastLook = 2 * time.Second
	mostWait = 30 * time.Second
)

// Query answers a search. Every hit is checked against its row of the map, so that nothing shows that is deleted or
// has left the reader's collections since it was indexed; such hits are missing from the page but not from the count.
// When the wait for AtLeast ends with the context's deadline, or after 30 s, the answer is what there is (Complete < AtLeast).
// Invalid: a negative or too large offset or limit, or an unknown facet.
func (s *Service) Query(ctx context.Context, r Request) (Result, error) {
	q, err := check(&r)
	if err != nil {
		return Result{}, err
	}
	late, err := s.wait(ctx, r.AtLeast)
	if err != nil {
		return Result{}, err
	}
	if late {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
		defer cancel()
		ctx = grace
	}
	var out Result
	err = s.store.View(ctx, func(tx store.Tx) error {
		var err error
		if out.Newest, err = tx.Map().Version(ctx); err != nil {
			return err
		}
		if len(r.Collections) == 0 { // a reader who may see nothing
			out.Complete = out.Newest
			return nil
		}
		found, err := tx.Index().Query(ctx, q)
		if err != nil {
			return err
		}
		out.Count, out.Approximate, out.Facets, out.Complete = found.Count, found.Approximate, named(found.Facets), found.Complete
		out.Next = ""
		if found.More {
			out.Next = cursorOf(found.Last)
		}
		rows, err := tx.Map().ByID(ctx, found.Entities)
		if err != nil {
			return err
		}
		out.Hits = make([]store.Entity, 0, len(found.Entities))
		for _, id := range found.Entities {
			if e, ok := rows[id]; ok && visible(e, r) {
				out.Hits = append(out.Hits, e)
			}
		}
		return nil
	})
	return out, err
}

// visible tells whether a row is still what the reader asked for.
func visible(e store.Entity, r Request) bool {
	return !e.Deleted && slices.Contains(r.Collections, e.Collection) &&
		(len(r.Types) == 0 || slices.Contains(r.Types, e.Type)) && (len(r.Sources) == 0 || slices.Contains(r.Sources, e.Source))
}

// facet is a kind of tag by the name that doors ask for.
type facet struct {
	name string
	kind store.TagKind
}

func facets() []facet {
	return []facet{
		{"type", store.TagType},
		{"source", store.TagSource},
		{"collection", store.TagCollection},
		{"class", store.TagClass},
		{"label", store.TagLabel},
		{"term", store.TagTerm},
		{"contact", store.TagContact},
		{"contactType", store.TagContactAs},
		{"extension", store.TagExtension},
	}
}

// kindOf is the kind of a facet; "" for a name that is none.
func kindOf(name string) store.TagKind {
	for _, f := range facets() {
		if f.name == name {
			return f.kind
		}
	}
	return ""
}

// named gives facets by their names; nil stays nil.
func named(counts map[store.TagKind][]store.FacetCount) map[string][]store.FacetCount {
	if counts == nil {
		return nil
	}
	out := make(map[string][]store.FacetCount, len(counts))
	for _, f := range facets() {
		if list, ok := counts[f.kind]; ok {
			out[f.name] = list
		}
	}
	return out
}

// check refuses what can't be answered, and gives the question to the index.
func check(r *Request) (store.IndexQuery, error) {
	var q store.IndexQuery
	if r.Limit == 0 {
		r.Limit = defaultLimit
	}
	if r.Limit < 0 || r.Limit > mostLimit {
		return q, fault.New(fault.Invalid, "BadLimit", "a page holds between 1 and %d hits", mostLimit)
	}
	if r.Offset < 0 || r.Offset > mostOffset {
		return q, fault.New(fault.Invalid, "BadOffset", "a search can be entered up to its hit number %d", mostOffset).
			Try("Go on page by page, or narrow the search by more words or filters")
	}
	asked, err := sensible(r.Keywords)
	if err != nil {
		return q, err
	}
	q = store.IndexQuery{
		Terms: asked.terms, Prefix: asked.prefix, Exact: asked.exact, NameOnly: r.NameOnly, Collections: r.Collections,
		Filter: r.filter(), Order: r.Order, Uncounted: r.Uncounted, Offset: r.Offset, Limit: r.Limit,
	}
	for _, f := range r.Facets {
		kind := kindOf(f)
		if kind == "" {
			return q, fault.New(fault.Invalid, "BadFacet", "%q is not a facet", f).
				Try("Use type, source, collection, class, label, term, contact, contactType or extension")
		}
		q.Facets = append(q.Facets, kind)
	}
	if r.After != "" {
		q.After, err = placeOf(r.After)
	}
	return q, err
}

// filter joins the conditions of a request; nil when there is none.
func (r Request) filter() *Filter {
	var parts []Filter
	for _, f := range []struct {
		facet  string
		values []string
	}{{"type", r.Types}, {"source", r.Sources}, {"class", r.Classes}} {
		if len(f.values) > 0 {
			parts = append(parts, Is(f.facet, f.values...))
		}
	}
	if r.Filter != nil {
		parts = append(parts, *r.Filter)
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return &parts[0]
	}
	all := And(parts...)
	return &all
}

// cursorOf is a place as it travels.
func cursorOf(p store.IndexPlace) string {
	return fmt.Sprintf("%d %d %d %d %s", p.Rank, p.Entity, p.Modified, p.Owed, p.Exact)
}

func placeOf(cursor string) (*store.IndexPlace, error) {
	bad := fault.New(fault.Invalid, "BadCursor", "this is not a place in a search's results")
	parts := strings.SplitN(cursor, " ", 5)
	if len(parts) < 5 {
		return nil, bad
	}
	rank, err1 := strconv.ParseUint(parts[0], 10, 8)
	entity, err2 := strconv.ParseInt(parts[1], 10, 64)
	modified, err3 := strconv.ParseInt(parts[2], 10, 64)
	owed, err4 := strconv.ParseUint(parts[3], 10, 16)
	exact := parts[4]
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || owed > mostOffset || rank > 3 || entity < 0 || len(exact) > longest || !model.Storable(exact) {
		return nil, bad
	}
	return &store.IndexPlace{Rank: uint8(rank), Entity: entity, Modified: modified, Owed: int(owed), Exact: exact}, nil
}

// wait returns when the index is complete up to the version, or with late when the deadline came first.
func (s *Service) wait(ctx context.Context, version int64) (late bool, err error) {
	if version <= 0 {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	pause := 5 * time.Millisecond
	for {
		var v, entity int64
		err := s.store.View(ctx, func(tx store.Tx) (err error) {
			v, entity, err = tx.Index().Cursor(ctx, store.IndexFollower)
			return err
		})
		if entity != 0 {
			v--
		}
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return true, nil
		case err != nil:
			return false, err
		case v >= version:
			return false, nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
		pause = min(2*pause, 100*time.Millisecond)
	}
}
