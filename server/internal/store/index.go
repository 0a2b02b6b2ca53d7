package store

import "context"

// IndexFollower is the name under which the search room follows the map: Index.Query reads Complete from its cursor,
// which stands at entity 0 when all of its version is in the index.
const IndexFollower = "search"

// IndexRow is what search knows of an entity. Words are already normalised by the search room: the engine stores,
// matches and counts them, and has no rules of its own.
type IndexRow struct {
	Entity     int64
	Name       string // folded words of the name, the whole name first
	Path       string // folded words of the names above it
	Columns    string // folded words of its columns' names
	Text       string // folded words of comments and descriptions
	Exact      string // the folded name, for exact matches first
	Type       string
	Source     string
	Collection string
	Classes    []string
}

// IndexQuery asks for matches, best first: exact names, then names, then the rest; ties by entity.
type IndexQuery struct {
	// Terms must all match, in any field; the last is a prefix when Prefix is set. None: everything.
	Terms  []string
	Prefix bool
	// Exact is the whole name that is asked for: rows whose IndexRow.Exact equals it come first; "" for none. The caller
	// sees to it that such rows have the terms.
	Exact string
	// Filters; an empty list means any. Collections is the reader's bound and is never empty.
	Collections []string
	Types       []string
	Sources     []string
	Classes     []string
	Facets      []string // of "type", "source", "collection", "class": counts wanted
	Offset      int
	Limit       int
}

// IndexResult is a page of matches. Counts are exact up to 10,000 matches and marked Approximate beyond.
type IndexResult struct {
	Entities    []int64
	Count       int64
	Approximate bool
	Facets      map[string][]FacetCount // most frequent first, at most 50 each
	Complete    int64                   // the map's version up to which the index is complete
}

// FacetCount is one value of a facet.
type FacetCount struct {
	Value string
	Count int64
}

// Index is the rows that search reads.
type Index interface {
	PutRows(ctx context.Context, rows []IndexRow) error
	DropRows(ctx context.Context, entities []int64) error
	Query(ctx context.Context, q IndexQuery) (IndexResult, error)
	// Cursor is how far a named follower of the map's versions has come: version, and entity within it.
	Cursor(ctx context.Context, follower string) (version, entity int64, err error)
	SetCursor(ctx context.Context, follower string, version, entity int64) error
}
