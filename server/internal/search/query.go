package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// The bounds of a page.
const (
	defaultLimit = 50
	mostLimit    = 1_000
	mostOffset   = 10_000
)

// lastLook is how long an answer may take after the caller's deadline ended a wait.
const lastLook = 2 * time.Second

// Query answers a search. Every hit is checked against its row of the map, so that nothing shows that is deleted or
// has left the reader's collections since it was indexed; such hits are missing from the page but not from the count.
// When the wait for AtLeast ends with the context's deadline, the answer is what there is (Complete < AtLeast).
// Invalid: a negative or too large offset or limit, or an unknown facet.
func (s *Service) Query(ctx context.Context, r Request) (Result, error) {
	if err := check(&r); err != nil {
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
	q := ask(r.Keywords)
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
		found, err := tx.Index().Query(ctx, store.IndexQuery{
			Terms: q.terms, Prefix: q.prefix, Exact: q.exact, Collections: r.Collections, Types: r.Types, Sources: r.Sources,
			Classes: r.Classes, Facets: r.Facets, Offset: r.Offset, Limit: r.Limit,
		})
		if err != nil {
			return err
		}
		out.Count, out.Approximate, out.Facets, out.Complete = found.Count, found.Approximate, found.Facets, found.Complete
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

func check(r *Request) error {
	if r.Limit == 0 {
		r.Limit = defaultLimit
	}
	if r.Limit < 0 || r.Limit > mostLimit {
		return fault.New(fault.Invalid, "BadLimit", "a page holds between 1 and %d hits", mostLimit)
	}
	if r.Offset < 0 || r.Offset > mostOffset {
		return fault.New(fault.Invalid, "BadOffset", "a search can be paged through up to its hit number %d", mostOffset).
			Try("Narrow the search by more words or filters")
	}
	for _, f := range r.Facets {
		if f != "type" && f != "source" && f != "collection" && f != "class" {
			return fault.New(fault.Invalid, "BadFacet", "%q is not a facet", f).Try("Use type, source, collection or class")
		}
	}
	return nil
}

// wait returns when the index is complete up to the version, or with late when the deadline came first.
func (s *Service) wait(ctx context.Context, version int64) (late bool, err error) {
	if version <= 0 {
		return false, nil
	}
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
