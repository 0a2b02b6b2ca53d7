package survey

import (
	"bytes"
	"sort"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// base is what the last finished run saw, by container. Rows stay packed as they came; a look-up is two binary
// searches.
type base map[string]*listing

// listing is the base of one container, and which of its rows this attempt met.
type listing struct {
	container  string
	generation int64
	blocks     []block
	seen       []byte // found unchanged: bits that leave
	met        []byte // found at all, changed or not
	any        bool   // a bit of seen is set
}

type block struct {
	first uint32
	rows  []byte
}

func (b block) count() int { return len(b.rows) / bus.BaseRowSize }

func (b block) hash(i int) []byte {
	return b.rows[i*bus.BaseRowSize : i*bus.BaseRowSize+len(model.Hash{})]
}

// maxPosition bounds the bitmap of one base, which must fit one frame.
const maxPosition = 1 << 24

// newBase indexes blocks without copying rows. A container whose rows are not sorted, or too many, is left out and counted: its
// assets are then sent whole, which is always right. Of several generations the newest counts.
func newBase(blocks []bus.BaseBlock) (base, int) {
	out := base{}
	for _, b := range blocks {
		l := out[b.Container]
		if l == nil || b.Generation > l.generation {
			l = &listing{container: b.Container, generation: b.Generation}
			out[b.Container] = l
		}
		if b.Generation == l.generation && len(b.Rows) > 0 {
			l.blocks = append(l.blocks, block{b.First, b.Rows})
		}
	}
	bad := 0
	for container, l := range out {
		if !l.ready() {
			delete(out, container)
			bad++
		}
	}
	return out, bad
}

// ready sorts and checks the blocks and makes the bitmaps.
func (l *listing) ready() bool {
	sort.Slice(l.blocks, func(i, j int) bool { return l.blocks[i].first < l.blocks[j].first })
	var last []byte
	end := uint64(0)
	for _, b := range l.blocks {
		if len(b.rows)%bus.BaseRowSize != 0 || uint64(b.first) < end {
			return false
		}
		for i := range b.count() {
			h := b.hash(i)
			if last != nil && bytes.Compare(last, h) >= 0 {
				return false
			}
			last = h
		}
		end = uint64(b.first) + uint64(b.count())
	}
	if end > maxPosition {
		return false
	}
	l.seen, l.met = make([]byte, (end+7)/8), make([]byte, (end+7)/8)
	return true
}

// find gives the row of a hash and its position.
func (l *listing) find(h model.Hash) (row bus.BaseRow, position uint32, ok bool) {
	if l == nil {
		return row, 0, false
	}
	k := sort.Search(len(l.blocks), func(i int) bool {
		return bytes.Compare(l.blocks[i].hash(l.blocks[i].count()-1), h[:]) >= 0
	})
	if k == len(l.blocks) {
		return row, 0, false
	}
	b := l.blocks[k]
	i := sort.Search(b.count(), func(i int) bool { return bytes.Compare(b.hash(i), h[:]) >= 0 })
	if i == b.count() || !bytes.Equal(b.hash(i), h[:]) {
		return row, 0, false
	}
	return bus.BaseRowAt(b.rows, i), b.first + uint32(i), true
}

// meet marks a row as met, and false when it was already.
func (l *listing) meet(position uint32) bool {
	fresh := l.met[position/8]&(1<<(position%8)) == 0
	l.met[position/8] |= 1 << (position % 8)
	return fresh
}

// see marks a row as unchanged.
func (l *listing) see(position uint32) {
	l.seen[position/8] |= 1 << (position % 8)
	l.any = true
}

// bits is the bitmap without the zeros at its end.
func (l *listing) bits() []byte { return bytes.TrimRight(l.seen, "\x00") }

// above finds the listings that could hold a path: those of its containers, nearest first.
func (b base) above(path string, try func(*listing) bool) {
	for up := true; up; path, up = model.ParentPath(path) {
		if l := b[path]; l != nil && try(l) {
			return
		}
	}
}

func hashOf(authority, typeName, path string) model.Hash {
	return model.HashOf(typeName, model.QualifiedName(authority, path))
}
