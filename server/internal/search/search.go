// Package search turns people's words into the store's index and back: folding, query words, facets, ranking.
package search

import (
	"context"

	"github.com/purlieu/purlieu/server/internal/store"
)

// Request is what a reader asks. Collections is the reader's bound: those in which they may read data.
type Request struct {
	Keywords    string
	Collections []string
	Types       []string
	Sources     []string
	Classes     []string
	Facets      []string // "type", "source", "collection", "class"
	Offset      int
	Limit       int
	// AtLeast waits, up to the context's deadline, until the index is complete up to this version.
	AtLeast int64
}

// Result is a page of hits, best first.
type Result struct {
	Hits        []store.Entity
	Count       int64
	Approximate bool
	Facets      map[string][]store.FacetCount
	Complete    int64 // the index is complete up to this version of the map
	Newest      int64 // the map's newest version
}

// Searcher is what the doors need.
type Searcher interface {
	Query(ctx context.Context, r Request) (Result, error)
}
