package json

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// kinds are what was met at a path, as bits.
type kinds uint8

const (
	isNull kinds = 1 << iota
	isBool
	isInteger
	isNumber
	isString
	isArray
	isObject
)

// alone is the column of rows that are no objects.
const alone = "$"

// tree is all paths of a file.
type tree struct {
	ask     format.Ask
	root    *node
	rows    int
	nodes   int
	cut     bool
	filling bool // the second walk: cells go to the sample, the tree stays as it is
}

// node is one path.
type node struct {
	kinds  kinds
	keys   map[string]*node
	order  []string // of keys, as they were met
	folded *node    // stands for all keys
	items  *node
	name   string // of its column, once known
	column *sample.Column
}

// child is the node below a key; nil where there is no room for it.
func (t *tree) child(n *node, key string) *node {
	if n.folded != nil {
		return n.folded
	}
	if c, ok := n.keys[key]; ok {
		return c
	}
	if t.filling || t.full() {
		return nil
	}
	if len(n.keys) >= format.MaxKeys || t.ask.Suspect(key) {
		t.fold(n)
		return n.folded
	}
	if n.keys == nil {
		n.keys = make(map[string]*node)
	}
	c := &node{}
	n.keys[key], n.order = c, append(n.order, key)
	t.nodes++
	return c
}

func (t *tree) item(n *node) *node {
	if n.items == nil && !t.filling && !t.full() {
		n.items = &node{}
		t.nodes++
	}
	return n.items
}

func (t *tree) full() bool {
	if t.nodes >= format.MaxColumns {
		t.cut = true
	}
	return t.nodes >= format.MaxColumns
}

// fold makes one of all that stands below a node's keys.
func (t *tree) fold(n *node) {
	n.folded = &node{}
	for _, key := range n.order {
		n.folded.merge(n.keys[key])
	}
	n.keys, n.order = nil, nil
}

// merge adds what was met at another path.
func (n *node) merge(o *node) {
	n.kinds |= o.kinds
	if o.items != nil {
		if n.items == nil {
			n.items = &node{}
		}
		n.items.merge(o.items)
	}
	if o.folded != nil {
		if n.folded == nil {
			n.folded = &node{}
		}
		n.folded.merge(o.folded)
	}
	for _, key := range o.order {
		below := n.folded
		if below == nil {
			if below = n.keys[key]; below == nil {
				if n.keys == nil {
					n.keys = make(map[string]*node)
				}
				below = &node{}
				n.keys[key], n.order = below, append(n.order, key)
			}
		}
		below.merge(o.keys[key])
	}
	if n.folded != nil || len(n.keys) > format.MaxKeys {
		if n.folded == nil {
			n.folded = &node{}
		}
		keys, order := n.keys, n.order
		n.keys, n.order = nil, nil
		for _, key := range order {
			n.folded.merge(keys[key])
		}
	}
}

// value takes one value, whose first token was read. n is nil where there is no room for it: it is passed over.
func (t *tree) value(d *json.Decoder, tok json.Token, n *node, depth int) error {
	if delim, ok := tok.(json.Delim); ok {
		if n != nil && depth > format.MaxDepth {
			t.cut, n = true, nil
		}
		if n == nil {
			return skip(d)
		}
		if delim == '{' {
			return t.object(d, n, depth)
		}
		return t.array(d, n, depth)
	}
	if n == nil {
		return nil
	}
	cell := ""
	switch v := tok.(type) {
	case nil:
		n.kinds |= isNull
	case bool:
		n.kinds |= isBool
		cell = "false"
		if v {
			cell = "true"
		}
	case json.Number:
		cell = v.String()
		if strings.ContainsAny(cell, ".eE") {
			n.kinds |= isNumber
		} else {
			n.kinds |= isInteger
		}
	case string:
		n.kinds |= isString
		cell = v
	}
	if t.filling {
		n.add(t.ask.Values, cell)
	}
	return nil
}

func (n *node) add(values *sample.Table, cell string) {
	if n.name == "" {
		return
	}
	if n.column == nil {
		n.column = values.Column(n.name)
	}
	n.column.Add(cell)
}

func (t *tree) object(d *json.Decoder, n *node, depth int) error {
	n.kinds |= isObject
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		key, ok := tok.(string)
		if !ok {
			return io.ErrUnexpectedEOF
		}
		below := t.child(n, key)
		if tok, err = d.Token(); err != nil {
			return err
		}
		if err := t.value(d, tok, below, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (t *tree) array(d *json.Decoder, n *node, depth int) error {
	n.kinds |= isArray
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		if err := t.value(d, tok, t.item(n), depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// skip passes over the rest of an object or array.
func skip(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// columns are the paths whose values hold no others, and those at which there was nothing else than empty ones.
func (t *tree) columns() []model.Column {
	var out []model.Column
	t.root.columns("", &out, &t.cut)
	for i := range out {
		out[i].Ordinal = i + 1
	}
	return out
}

func (n *node) columns(path string, out *[]model.Column, cut *bool) {
	inner := len(n.keys) > 0 || n.folded != nil || n.items != nil
	plain := n.kinds &^ (isObject | isArray)
	if plain&^isNull != 0 || !inner && n.kinds != 0 {
		n.name = path
		if path == "" {
			n.name = alone
		}
		if len(n.name) > format.MaxName || len(*out) >= format.MaxColumns {
			n.name, *cut = "", true
		} else if path != "" || plain != 0 {
			*out = append(*out, model.Column{Name: n.name, Type: n.kinds.String()})
		}
	}
	for _, key := range n.order {
		n.keys[key].columns(below(path, segment(key)), out, cut)
	}
	if n.folded != nil {
		n.folded.columns(below(path, format.Folded), out, cut)
	}
	if n.items != nil {
		n.items.columns(path+"[]", out, cut)
	}
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// segment is a key in a path. One that could be taken for more than a key stands in quotes.
func segment(key string) string {
	key = model.CleanText(key)
	if key != "" && !strings.ContainsAny(key, ".[]{}\"") && key != alone {
		return key
	}
	quoted, _ := json.Marshal(key) // of a string: it can't fail
	return string(quoted)
}

// String is the type of a column: of several kinds all are named.
func (k kinds) String() string {
	if k&isNumber != 0 {
		k &^= isInteger
	}
	if k != isNull {
		k &^= isNull
	}
	var names []string
	for i, name := range []string{"null", "boolean", "integer", "number", "string", "array", "object"} {
		if k&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}
