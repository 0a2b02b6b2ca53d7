package store

import (
	"context"
	"slices"
	"time"
)

// IndexFollower is the name under which the search room follows the map: Index.Query reads Complete from its cursor,
// which stands at entity 0 when all of its version is in the index.
const IndexFollower = "search"

// TagKind is what a tag says of a row; its value is how engines mark it.
type TagKind string

// The kinds of tags. Type, source, collection and parent a row has once, the others as often as it likes.
const (
	TagType       TagKind = "t"
	TagSource     TagKind = "s"
	TagCollection TagKind = "c"
	TagClass      TagKind = "k" // a classification of the entity or one of its columns
	TagLabel      TagKind = "l"
	TagTerm       TagKind = "g" // of a glossary
	TagContact    TagKind = "o"
	TagContactAs  TagKind = "r" // "Owner" or "Expert": what its contacts are
	TagExtension  TagKind = "x" // what the name of a file ends with
	TagParent     TagKind = "p" // the hash of the entity one name up; no facet counts it
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
	Parent     string // "" for none
	Created    time.Time
	Modified   time.Time
	Tags       []Tag // all others
}

// FilterOp says how a filter is meant.
type FilterOp uint8

// The operations.
const (
	FilterIs       FilterOp = iota // a tag of Kind has one of Values; none of them: nothing matches
	FilterAnd                      // all Parts match; without parts everything does
	FilterOr                       // one of Parts matches; without parts nothing does
	FilterNot                      // the one part does not match
	FilterCreated                  // IndexRow.Created is at From or later, and before To
	FilterModified                 // IndexRow.Modified is
	FilterNamed                    // IndexRow.Exact is Exact, and the entity's name one of Values
	FilterRows                     // the entity is one of Rows
	FilterSize                     // MeasureBytes of the entity's newest day is from Least to Most; not where there is none
)

// Filter is a condition on a row: on its tags, its times, its size or what it is.
type Filter struct {
	Op       FilterOp
	Kind     TagKind
	Values   []string
	Parts    []Filter
	From, To time.Time // the zero time is no bound
	Exact    string
	Rows     []int64
	Least    int64
	Most     int64
}

// Tagged reports whether the filter looks at nothing but tags.
func (f Filter) Tagged() bool {
	return f.Op < FilterCreated && !slices.ContainsFunc(f.Parts, func(p Filter) bool { return !p.Tagged() })
}

// IndexField is what matches can be put in order by.
type IndexField uint8

// The fields.
const (
	ByName     IndexField = iota // IndexRow.Exact
	ByCreated                    // the entity's number, which rises with each that is made
	ByModified                   // IndexRow.Modified
)

// IndexOrder is one field that matches are put in order by, up or down.
type IndexOrder struct {
	Field IndexField
	Down  bool
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
	Filter      *Filter // nil: none
	// Order is another order than the best first: by each field in turn, ties by entity in the direction of the last.
	Order     []IndexOrder
	Facets    []TagKind // counts wanted
	Uncounted bool      // nobody asks for Count, Approximate and Facets
	// After begins behind a place that an earlier answer to the same question ended at; nil begins at the first. Offset
	// passes over so many more.
	After  *IndexPlace
	Offset int
	Limit  int
}

// IndexPlace is where a match stands in the order of a query.
type IndexPlace struct {
	Rank     uint8  // 0 exact names, 1 names, 2 the rest; 3 without terms or by an order
	Exact    string // of rank 3: the row's
	Modified int64  // of rank 3: the row's, in microseconds
	Entity   int64
	Owed     int // of an offset: how many matches were not passed over yet where the page ended
}

// Skip is how many matches are passed over before the page begins.
func (q IndexQuery) Skip() int {
	if q.After == nil {
		return q.Offset
	}
	return q.Offset + q.After.Owed
}

// IndexResult is a page of matches. Counts are exact up to 10,000 matches and marked Approximate beyond; facets count
// the first 10,000.
//
// Matches up to a bound of the engine, 10,000 at least, an order sorts; of more it goes through the rows in that order, and
// looks at no more than 50,000 of the reader's for one page: a page may be short, or empty, and yet More.
type IndexResult struct {
	Entities    []int64
	Last        IndexPlace // where the page ended: behind the last of Entities, or further
	More        bool       // the page is full, or ended before the matches did
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
