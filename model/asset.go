package model

import "strconv"

// Level is how deep a scan reads.
type Level uint8

// The levels. Each includes the ones before it.
const (
	L1 Level = iota + 1 // names and sizes
	L2                  // schema
	L3                  // schema and classification from sampled rows
)

// MarshalJSON writes the number, so that a list of levels is a list and not bytes.
func (l Level) MarshalJSON() ([]byte, error) { return strconv.AppendUint(nil, uint64(l), 10), nil }

// Facet is a part of an asset that a scan level reads. A run writes only the facets that it read.
type Facet uint8

// The facets, as bits.
const (
	FacetExistence Facet = 1 << iota
	FacetStructure
	FacetClassification
	FacetLineage
)

// Asset is one thing that a connector found, as one attempt saw it.
// Within one attempt an asset is reported once.
type Asset struct {
	Type      string    `cbor:"1,keyasint"`           // entity type, one that the kind declares
	Path      string    `cbor:"2,keyasint"`           // escaped names below the authority, joined with '/'; "" is the source itself
	Name      string    `cbor:"3,keyasint"`           // display name: the last name, unescaped
	Container string    `cbor:"4,keyasint,omitempty"` // path of the container that lists it; "" is the source's root
	NativeID  string    `cbor:"5,keyasint,omitempty"` // identity within Identity.System that survives a rename (an oid with its database's); "" when there is none
	Owner     string    `cbor:"6,keyasint,omitempty"`
	Comment   string    `cbor:"7,keyasint,omitempty"` // the source's own comment
	Attrs     []Attr    `cbor:"8,keyasint,omitempty"` // further attributes of the type, sorted by name
	Columns   []Column  `cbor:"9,keyasint,omitempty"` // in the source's order
	Keys      []Key     `cbor:"10,keyasint,omitempty"`
	Indexes   []Index   `cbor:"11,keyasint,omitempty"`
	Measures  []Measure `cbor:"12,keyasint,omitempty"` // outside the fingerprint
	Lineage   *Lineage  `cbor:"13,keyasint,omitempty"` // nil: not read or none
	Facets    Facet     `cbor:"14,keyasint"`
	Stamp     uint64    `cbor:"15,keyasint,omitempty"` // the source's own change mark, where it has one
	Text      string    `cbor:"16,keyasint,omitempty"` // definition in the source's language, after the value filter
	Classes   []Class   `cbor:"17,keyasint,omitempty"` // of the asset as a whole, such as a document; sorted by name
}

// Classified reports whether the asset, or a column of it, has a class.
func (a *Asset) Classified() bool {
	if len(a.Classes) > 0 {
		return true
	}
	for i := range a.Columns {
		if len(a.Columns[i].Classes) > 0 {
			return true
		}
	}
	return false
}

// Column is one column of a table-like asset.
type Column struct {
	Name      string `cbor:"1,keyasint" json:"name"`
	Type      string `cbor:"2,keyasint,omitempty" json:"type"` // exact type text, as the source writes it
	Ordinal   int    `cbor:"3,keyasint,omitempty" json:"ordinal"`
	NotNull   bool   `cbor:"4,keyasint,omitempty" json:"notNull,omitempty"`
	Default   string `cbor:"5,keyasint,omitempty" json:"default,omitempty"`   // after the value filter
	Identity  string `cbor:"6,keyasint,omitempty" json:"identity,omitempty"`  // "always", "by default" or ""
	Generated string `cbor:"7,keyasint,omitempty" json:"generated,omitempty"` // expression after the value filter
	Comment   string `cbor:"8,keyasint,omitempty" json:"comment,omitempty"`
	NativeID  string `cbor:"9,keyasint,omitempty" json:"nativeId,omitempty"` // attribute number or the like, kept over renames
	// Number is given by the account, never by a node: the column's number in its table, never reused there.
	Number  uint32  `cbor:"10,keyasint,omitempty" json:"number,omitempty"`
	Classes []Class `cbor:"11,keyasint,omitempty" json:"classes,omitempty"` // given by rules; sorted by name
	// Labels are the values that the column's type lists. They leave only where ReleaseEnumLabels is released.
	Labels []string `cbor:"12,keyasint,omitempty" json:"labels,omitempty"`
	// Unjudged travels with FacetClassification: of this column no values were read, or too few to judge, and the
	// classes that the map has of it stand. The map does not keep it.
	Unjudged bool `cbor:"13,keyasint,omitempty" json:"unjudged,omitempty"`
}

// KeyKind says what a key promises.
type KeyKind string

// The kinds of key.
const (
	PrimaryKey KeyKind = "primary"
	UniqueKey  KeyKind = "unique"
	ForeignKey KeyKind = "foreign"
)

// Key is a primary, unique or foreign key.
type Key struct {
	Name       string   `cbor:"1,keyasint" json:"name"`
	Kind       KeyKind  `cbor:"2,keyasint" json:"kind"`
	Columns    []string `cbor:"3,keyasint,omitempty" json:"columns"`
	RefPath    string   `cbor:"4,keyasint,omitempty" json:"refPath,omitempty"` // path of the table that a foreign key points to
	RefColumns []string `cbor:"5,keyasint,omitempty" json:"refColumns,omitempty"`
}

// Index is an index of a table.
type Index struct {
	Name    string   `cbor:"1,keyasint" json:"name"`
	Unique  bool     `cbor:"2,keyasint,omitempty" json:"unique,omitempty"`
	Method  string   `cbor:"3,keyasint,omitempty" json:"method,omitempty"`
	Columns []string `cbor:"4,keyasint,omitempty" json:"columns"` // names; an expression stands as "(expression)"
}

// Measure is a number that changes every day: rows, bytes, files.
// It is kept beside the entity, outside fingerprint, history and index.
type Measure struct {
	Name  string `cbor:"1,keyasint" json:"name"` // "rows", "bytes", …
	Value int64  `cbor:"2,keyasint" json:"value"`
}

// Lineage is what flows into the asset that carries it. It is replaced whole with its facet.
type Lineage struct {
	Inputs []Ref `cbor:"1,keyasint,omitempty"`
	// Columns are the pairs that are known; an input without pairs feeds the asset as a whole.
	Columns []ColumnEdge `cbor:"2,keyasint,omitempty"`
}

// Ref names another asset of the same source.
type Ref struct {
	Type string `cbor:"1,keyasint"`
	Path string `cbor:"2,keyasint"`
}

// ColumnEdge says that a column of an input feeds a column of the asset.
type ColumnEdge struct {
	Input int    `cbor:"1,keyasint"` // position in Lineage.Inputs
	From  string `cbor:"2,keyasint"`
	To    string `cbor:"3,keyasint"`
}

// Attr is a further attribute of an asset, of one of a few plain forms.
type Attr struct {
	Name string   `cbor:"1,keyasint" json:"name"`
	Text string   `cbor:"2,keyasint,omitempty" json:"text,omitempty"`
	Int  *int64   `cbor:"3,keyasint,omitempty" json:"int,omitempty"`
	Bool *bool    `cbor:"4,keyasint,omitempty" json:"bool,omitempty"`
	List []string `cbor:"5,keyasint,omitempty" json:"list,omitempty"`
}

// Value is the attribute's value as JSON would show it.
func (a Attr) Value() any {
	switch {
	case a.Int != nil:
		return *a.Int
	case a.Bool != nil:
		return *a.Bool
	case a.List != nil:
		return a.List
	default:
		return a.Text
	}
}

// Gap is the fact that something could not be read. Codes are closed words; a gap never carries driver text.
type Gap struct {
	Path   string `cbor:"1,keyasint,omitempty" json:"path,omitempty"` // where; "" is the unit as a whole
	Facet  Facet  `cbor:"2,keyasint,omitempty" json:"facet,omitempty"`
	Code   string `cbor:"3,keyasint" json:"code"`                      // such as "PermissionDenied"
	State  string `cbor:"4,keyasint,omitempty" json:"state,omitempty"` // SQLSTATE or the like
	Object string `cbor:"5,keyasint,omitempty" json:"object,omitempty"`
	Remedy string `cbor:"6,keyasint,omitempty" json:"remedy,omitempty"` // a sentence or statements of ours; it may name what stands at Path, and nothing else
	Count  int    `cbor:"7,keyasint,omitempty" json:"count,omitempty"`  // how many such, when folded; 0 means 1
}

// Unit is an independently retryable part of a run, as the connector that planned it understands it.
type Unit struct {
	Title  string            `cbor:"1,keyasint"`           // for people: "shop: tables 1 to 2000"
	Below  string            `cbor:"2,keyasint,omitempty"` // path that every fact of the unit stands at or below
	Step   string            `cbor:"3,keyasint,omitempty"` // the connector's own word; "" is planning, unit 0 of a run
	Args   map[string]string `cbor:"4,keyasint,omitempty"` // the connector's own arguments
	Weight int64             `cbor:"5,keyasint,omitempty"` // expected number of assets, for progress; 0 unknown
	// Depth bounds the containers that the unit lists: those at most Depth-1 names below Below. 0 is all.
	// A unit that lists only the upper levels of a large source need not fetch the bases of all that is below.
	Depth int `cbor:"6,keyasint,omitempty"`
}

// Lists reports whether the unit may list the container.
func (u Unit) Lists(container string) bool {
	if !Below(container, u.Below) {
		return false
	}
	if u.Depth == 0 {
		return true
	}
	return len(splitPath(container))-len(splitPath(u.Below)) < u.Depth
}

// Listed says how far a unit listed a container.
type Listed struct {
	Container string `cbor:"1,keyasint"`
	Whole     bool   `cbor:"2,keyasint,omitempty"` // the unit's part of it was listed to its end, without error
}
