package survey

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"sort"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// Base is what the last finished run saw in the containers of a unit. Rows stay packed as they came; a look-up is two
// binary searches. Beyond heldBytes they *rest* in a file of the worker's own, with a mark in memory for each window of
// them, so that memory does not grow with the source: of a row in the file four bits are left here.
type Base struct {
	listings map[string]*listing
	held     int      // bytes of rows in memory
	file     *os.File // nil before the first rows came to rest
	end      int64    // of the file
	stuck    bool     // see Stuck
	window   []byte   // what was read last from the file
}

// heldBytes is how many bytes of rows are held in memory, and windowRows how many are read at once from the file.
const (
	heldBytes  = 1 << 20
	windowRows = 64
)

// NewBase makes a base of blocks. Close it.
func NewBase(blocks ...bus.BaseBlock) *Base {
	b := &Base{listings: map[string]*listing{}}
	for _, block := range blocks {
		b.Add(block)
	}
	return b
}

// Add takes the next block, whose rows it may keep. Of several generations of a container the newest counts.
func (b *Base) Add(block bus.BaseBlock) {
	l := b.listings[block.Container]
	if l == nil || block.Generation > l.generation {
		l = &listing{base: b, container: block.Container, generation: block.Generation}
		b.listings[block.Container] = l
	}
	if block.Generation == l.generation && len(block.Rows) > 0 {
		l.add(block)
	}
}

// Stuck reports whether rows that should rest in a file are held in memory, since it can't be made or written.
func (b *Base) Stuck() bool { return b != nil && b.stuck }

// Close gives the file back.
func (b *Base) Close() {
	if b == nil || b.file == nil {
		return
	}
	_ = b.file.Close()
	_ = os.Remove(b.file.Name()) // it is gone already where the system lets go of open files
	b.file = nil
}

// rest writes rows into the file, and false when they must be held.
func (b *Base) rest(rows []byte) (at int64, ok bool) {
	if b.held+len(rows) <= heldBytes || b.stuck {
		b.held += len(rows)
		return 0, false
	}
	if b.file == nil {
		var err error
		if b.file, err = os.CreateTemp("", "purlieu-base-"); err != nil {
			b.stuck = true
			return b.rest(rows)
		}
		_ = os.Remove(b.file.Name()) // nobody else needs its name
	}
	if _, err := b.file.WriteAt(rows, b.end); err != nil {
		b.stuck = true
		return b.rest(rows)
	}
	at, b.end = b.end, b.end+int64(len(rows))
	return at, true
}

// read gives rows from the file, until the next call; nil when they can't be read.
func (b *Base) read(at int64, size int) []byte {
	if cap(b.window) < size {
		b.window = make([]byte, size)
	}
	if n, _ := b.file.ReadAt(b.window[:size], at); n < size {
		return nil
	}
	return b.window[:size]
}

// listing is the base of one container, and which of its rows this attempt met.
type listing struct {
	base       *Base
	container  string
	generation int64
	blocks     []block
	bad        bool   // rows are not sorted
	seen       []byte // found unchanged: bits that leave
	met        []byte // found at all, changed or not
	any        bool   // a bit of seen is set
}

// block is some rows in a row: in memory, or with the first hash of each window where they rest.
type block struct {
	first, count uint32
	low, high    model.Hash // of the first row and the last
	rows         []byte
	at           int64
	marks        []model.Hash
}

func hashAt(rows []byte, i int) []byte {
	return rows[i*bus.BaseRowSize : i*bus.BaseRowSize+len(model.Hash{})]
}

func (l *listing) add(from bus.BaseBlock) {
	n := len(from.Rows) / bus.BaseRowSize
	if len(from.Rows)%bus.BaseRowSize != 0 {
		l.bad = true
		return
	}
	for i := 1; i < n; i++ {
		if bytes.Compare(hashAt(from.Rows, i-1), hashAt(from.Rows, i)) >= 0 {
			l.bad = true
			return
		}
	}
	x := block{first: from.First, count: uint32(n), low: model.Hash(hashAt(from.Rows, 0)), high: model.Hash(hashAt(from.Rows, n-1))} //nolint:gosec // a frame bounds it
	var rests bool
	if x.at, rests = l.base.rest(from.Rows); !rests {
		x.rows = from.Rows
	} else {
		for i := 0; i < n; i += windowRows {
			x.marks = append(x.marks, model.Hash(hashAt(from.Rows, i)))
		}
	}
	l.blocks = append(l.blocks, x)
}

// maxPosition bounds the bitmap of one base, which must fit one frame.
const maxPosition = 1 << 24

// ready makes the base ready to be asked. A container whose rows are not sorted, or too many, is left out and counted:
// its assets are then sent whole, which is always right.
func (b *Base) ready() (bad int) {
	for container, l := range b.listings {
		if !l.ready() {
			delete(b.listings, container)
			bad++
		}
	}
	return bad
}

// ready sorts and checks the blocks and makes the bitmaps.
func (l *listing) ready() bool {
	slices.SortFunc(l.blocks, func(x, y block) int { return cmp.Compare(x.first, y.first) })
	end := uint64(0)
	for i, x := range l.blocks {
		if uint64(x.first) < end || i > 0 && bytes.Compare(l.blocks[i-1].high[:], x.low[:]) >= 0 {
			return false
		}
		end = uint64(x.first) + uint64(x.count)
	}
	if l.bad || end > maxPosition {
		return false
	}
	l.seen, l.met = make([]byte, (end+7)/8), make([]byte, (end+7)/8)
	return true
}

// find gives the row of a hash and its position. A row that can't be read is not there: its asset is sent whole.
func (l *listing) find(h model.Hash) (row bus.BaseRow, position uint32, ok bool) {
	if l == nil {
		return row, 0, false
	}
	k := sort.Search(len(l.blocks), func(i int) bool { return bytes.Compare(l.blocks[i].high[:], h[:]) >= 0 })
	if k == len(l.blocks) || bytes.Compare(l.blocks[k].low[:], h[:]) > 0 {
		return row, 0, false
	}
	rows, from := l.rowsAround(&l.blocks[k], h)
	count := len(rows) / bus.BaseRowSize
	i := sort.Search(count, func(i int) bool { return bytes.Compare(hashAt(rows, i), h[:]) >= 0 })
	if i == count || !bytes.Equal(hashAt(rows, i), h[:]) {
		return row, 0, false
	}
	return bus.BaseRowAt(rows, i), l.blocks[k].first + from + uint32(i), true //nolint:gosec // below count
}

// rowsAround gives the rows of a block among which a hash is, and how many stand before them.
func (l *listing) rowsAround(x *block, h model.Hash) (rows []byte, from uint32) {
	if x.rows != nil {
		return x.rows, 0
	}
	w := sort.Search(len(x.marks), func(i int) bool { return bytes.Compare(x.marks[i][:], h[:]) > 0 }) - 1
	from = uint32(w) * windowRows //nolint:gosec // the first mark is the block's lowest hash: h is not below it
	n := min(x.count-from, windowRows)
	return l.base.read(x.at+int64(from)*bus.BaseRowSize, int(n)*bus.BaseRowSize), from
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
func (b *Base) above(path string, try func(*listing) bool) {
	for up := true; up; path, up = model.ParentPath(path) {
		if l := b.listings[path]; l != nil && try(l) {
			return
		}
	}
}

func hashOf(authority, typeName, path string) model.Hash {
	return model.HashAt(typeName, authority, path)
}
