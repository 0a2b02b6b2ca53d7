package parquet

import (
	"encoding/binary"
	"errors"
)

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

// maxNesting bounds structures within structures; footers of real files have five or so.
const maxNesting = 32

// Why a walk ended early.
var (
	errThrift = errors.New("the footer is no footer")
	errEnough = errors.New("no more of the footer is wanted")
)

// walker walks a structure in the compact protocol. It allocates nothing. The first error stays, and ends everything.
type walker struct {
	b   []byte
	err error
}

func (w *walker) fail() {
	w.b, w.err = nil, errThrift
}

// enough ends the walk: nothing of what follows is wanted.
func (w *walker) enough() { w.b, w.err = nil, errEnough }

func (w *walker) take(n uint64) []byte {
	if n > uint64(len(w.b)) {
		w.fail()
		return nil
	}
	out := w.b[:n]
	w.b = w.b[n:]
	return out
}

func (w *walker) byte() byte {
	b := w.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

func (w *walker) uvarint() uint64 {
	v, n := binary.Uvarint(w.b)
	if n <= 0 {
		w.fail()
		return 0
	}
	w.b = w.b[n:]
	return v
}

func (w *walker) varint() int64 {
	u := w.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// fields walks one struct: each takes a field, by reading it or by skip.
func (w *walker) fields(each func(id int64, typ byte)) {
	for id := int64(0); w.err == nil; {
		head := w.byte()
		if w.err != nil || head == 0 {
			return
		}
		if delta := head >> 4; delta != 0 {
			id += int64(delta)
		} else {
			id = w.varint()
		}
		each(id, head&15)
	}
}

// list reads the head of a list: every item takes a byte or more, so that the claim can be held against what is left.
func (w *walker) list() (size uint64, typ byte) {
	head := w.byte()
	if size = uint64(head >> 4); size == 15 {
		size = w.uvarint()
	}
	if size > uint64(len(w.b)) {
		w.fail()
		return 0, 0
	}
	return size, head & 15
}

// integer reads a field that holds a number; one of another type is passed over.
func (w *walker) integer(typ byte) int64 {
	switch typ {
	case thriftI16, thriftI32, thriftI64:
		return w.varint()
	case thriftByte:
		return int64(int8(w.byte()))
	}
	w.skip(typ, 0)
	return 0
}

// skip passes over a value.
func (w *walker) skip(typ byte, depth int) {
	if depth > maxNesting {
		w.fail()
		return
	}
	switch typ {
	case thriftTrue, thriftFalse: // a field's type is its value
	case thriftByte:
		w.take(1)
	case thriftI16, thriftI32, thriftI64:
		w.uvarint()
	case thriftDouble:
		w.take(8)
	case thriftBinary:
		w.take(w.uvarint())
	case thriftUUID:
		w.take(16)
	case thriftList, thriftSet:
		size, item := w.list()
		for ; size > 0 && w.err == nil; size-- {
			w.item(item, depth+1)
		}
	case thriftMap:
		size := w.uvarint()
		if size == 0 {
			return
		}
		types := w.byte()
		for ; size > 0 && w.err == nil; size-- {
			w.item(types>>4, depth+1)
			w.item(types&15, depth+1)
		}
	case thriftStruct:
		w.fields(func(_ int64, typ byte) { w.skip(typ, depth+1) })
	default:
		w.fail()
	}
}

// item passes over a value in a list or map, where a truth value takes a byte.
func (w *walker) item(typ byte, depth int) {
	if typ == thriftTrue || typ == thriftFalse {
		w.take(1)
		return
	}
	w.skip(typ, depth)
}
