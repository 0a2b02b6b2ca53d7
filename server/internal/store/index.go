package store

import "context"

// IndexFollower is the name under which the search room follows the map: Index.Query reads Complete from its cursor,
// which stands at entity 0 when all of its version is in the index.
const IndexFollower = "search"

// TagKind is what a tag says of a row; its value is how engines mark it.
type TagKind string

// The kinds of tags. Type, source and collection a row has once, the others as often as it likes.
const (
	TagType       TagKind = "t"
	TagSource     TagKind = "s"
	TagCollection TagKind = "c"
	TagClass      TagKind = "k" // a classification of the entity or one of its columns
	TagLabel      TagKind = "l"
	TagTerm       TagKind = "g" // of a glossary
	TagContact    TagKind = "o"
)

// Tag is a value that searches narrow and count by.
type Tag struct {
	Kind  TagKind
	Value string
}

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
	Tags       []Tag // all others, of the kinds from TagClass on
}

// FilterOp says how a filter is meant.
type FilterOp uint8

// The operations.
const (
	FilterIs  FilterOp = iota // a tag of Kind has one of Values; none of them: nothing matches
	FilterAnd                 // all Parts match; without parts everything does
	FilterOr                  // one of Parts matches; without parts nothing does
	FilterNot                 // the one part does not match
)

// Filter is a condition on the tags of a row.
type Filter struct {
	Op     FilterOp
	Kind   TagKind
	Values []string
	Parts  []Filter
}

// IndexQuery asks for matches, best first: exact names, then names, then the rest; ties by entity. Without terms all
// rows match, by Exact and then entity.
type IndexQuery struct {
	// Terms must all match, in any field; the last is a prefix when Prefix is set. None: everything.
	Terms  []string
	Prefix bool
	// NameOnly lets terms match in names only.
	NameOnly bool
	// Exact is the whole name that is asked for; "" for none. Rows that have it among the words of their name match as
	// well as those that have the terms, and rows whose IndexRow.Exact equals it, which is such a word, come first.
	Exact string
	// Collections is the reader's bound and is never empty.
	Collections []string
	Filter      *Filter   // nil: none
	Facets      []TagKind // counts wanted
	Uncounted   bool      // nobody asks for Count, Approximate and Facets
	// After begins behind a place that an earlier answer to the same question ended at; nil begins at the first. Offset
	// passes over so many more.
	After  *IndexPlace
	Offset int
	Limit  int
}

// IndexPlace is where a match stands in the order of a query.
type IndexPlace struct {
	Rank   uint8  // 0 exact names, 1 names, 2 the rest; 3 without terms
	Exact  string // of rank 3: the row's
	Entity int64
}

// IndexResult is a page of matches. Counts are exact up to 10,000 matches and marked Approximate beyond; facets count
// the first 10,000. Without terms but with a filter, no more than 10,000 matches are put in order.
type IndexResult struct {
	Entities    []int64
	Last        IndexPlace // of the last of Entities
	Count       int64
	Approximate bool
	Facets      map[TagKind][]FacetCount // most frequent first, ties by value, at most 50 each
	Complete    int64                    // the map's version up to which the index is complete
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
