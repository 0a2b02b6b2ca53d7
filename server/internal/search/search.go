// Package search turns people's words into the store's index and back: folding, query words, facets, ranking.
//
// A *word* is folded text without blanks: lower case, no diacritics, compatibility forms dissolved, so that "Straße",
// "STRASSE" and "strasse" are one word. A name gives several words: its *whole* (letters and digits only, so that
// full_name, FullName and fullname are one whole), its *pieces* between separators, and the *parts* of pieces where
// case changes or digits begin. What a person types gives *terms*: at blanks, dots, slashes and the like; each term is
// a whole, and all must match; the last may be the beginning of a word.
//
// The index *follows* the map by version: Step reads what changed since its cursor and rewrites those rows.
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

// Describer tells what is written inside an entity. The data map is one.
type Describer interface {
	// Describe gives the names of the entity's columns, its comments and descriptions as one text, and the classes that
	// it or its columns have. It has no effect and may be called from any goroutine.
	Describe(e store.Entity) (columns []string, text string, classes []string, err error)
}
