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
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Request is what a reader asks. Collections is the reader's bound: those in which they may read data.
type Request struct {
	Keywords    string
	Collections []string
	Types       []string // any of these; empty: any
	Sources     []string
	Classes     []string
	Filter      *Filter  // a further condition; nil: none
	Order       []Order  // another order than the best first
	Facets      []string // "type", "source", "collection", "class", "label", "term", "contact", "contactType", "extension"
	NameOnly    bool     // words count in names only
	Uncounted   bool     // nobody asks for count and facets
	// After goes on behind a page: the Next of an earlier result of the same question. Offset passes over so many more.
	After  string
	Offset int
	Limit  int
	// AtLeast waits, up to the context's deadline and at most 30 s, until the index is complete up to this version.
	AtLeast int64
}

// Result is a page of hits, best first.
type Result struct {
	Hits        []store.Entity
	Next        string // where the next page begins; "" when there is none
	Count       int64
	Approximate bool
	Facets      map[string][]store.FacetCount
	Complete    int64 // the index is complete up to this version of the map
	Newest      int64 // the map's newest version
}

// Filter is a condition on what a hit is: made by Is, And, Or and Not.
type Filter = store.Filter

// Order is one field that hits are put in order by; ties go by the next, at last by when they were made.
type Order = store.IndexOrder

// What hits can be put in order by. A name counts as search folds it: without case, accents and marks.
const (
	ByName     = store.ByName
	ByCreated  = store.ByCreated
	ByModified = store.ByModified
)

// Is holds for hits that have one of the values of a facet, named as in Request.Facets; without values for none.
func Is(facet string, values ...string) Filter {
	return Filter{Kind: kindOf(facet), Values: values}
}

// And holds where all parts do; without parts always.
func And(parts ...Filter) Filter { return Filter{Op: store.FilterAnd, Parts: parts} }

// Or holds where one of the parts does; without parts never.
func Or(parts ...Filter) Filter { return Filter{Op: store.FilterOr, Parts: parts} }

// Not holds where the part does not.
func Not(part Filter) Filter { return Filter{Op: store.FilterNot, Parts: []Filter{part}} }

// Created holds for hits that were made at from or later, and before to; the zero time is no bound.
func Created(from, to time.Time) Filter {
	return Filter{Op: store.FilterCreated, From: from, To: to}
}

// Modified is Created by the last change.
func Modified(from, to time.Time) Filter {
	return Filter{Op: store.FilterModified, From: from, To: to}
}

// Named holds for the hits that are called exactly so.
func Named(name string) Filter {
	return Filter{Op: store.FilterNamed, Exact: whole(name), Values: []string{name}}
}

// Sized holds for hits of at least so many bytes and at most so many, as they were measured last; not for those of which
// nobody knows.
func Sized(least, most int64) Filter { return Filter{Op: store.FilterSize, Least: least, Most: most} }

// Rows holds for hits with one of the row numbers.
func Rows(ids ...int64) Filter { return Filter{Op: store.FilterRows, Rows: ids} }

// Below holds for hits whose name is one deeper than that of the entity of a hash.
func Below(parent model.Hash) Filter {
	return Filter{Kind: store.TagParent, Values: []string{parentOf(parent)}}
}

// Searcher is what the doors need.
type Searcher interface {
	Query(ctx context.Context, r Request) (Result, error)
	// Words gives words that complete the last of the keywords, most frequent first, from the names of what the reader
	// may see. Of the request Keywords, Collections, Types, Sources, Classes, Filter and Limit count.
	Words(ctx context.Context, r Request) ([]string, error)
}

// Describer tells what is written inside an entity. The data map is one.
type Describer interface {
	// Describe gives the names of the entity's columns, its comments and descriptions as one text, and its tags: the
	// classes that it or its columns have, its labels, terms and contacts. It has no effect and may be called from any
	// goroutine.
	Describe(e store.Entity) (columns []string, text string, tags []store.Tag, err error)
}
