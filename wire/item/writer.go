// Package item writes and reads the items of CBOR (RFC 8949) one by one, without reflection, for the few types that make
// up nearly all of what is encoded.
//
// A *struct* is a map whose keys are small numbers in rising order, as wire writes it. A Writer leaves out what is empty
// where it is told so. A Reader is for what a Writer wrote: it *gives up* at anything else (an unknown key, another
// order, a claim beyond a bound), and whoever asked it then lets wire read the whole, which knows all of CBOR. So a type
// that reads and writes itself decodes to the same and encodes to the same bytes as it does by wire's library; each
// has a test and a fuzz target that say so.
package item

// The major types, as the upper three bits of a head.
const (
	majorUint  = 0 << 5
	majorInt   = 1 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorList  = 4 << 5
	majorMap   = 5 << 5

	simpleFalse = 7<<5 | 20
	simpleTrue  = 7<<5 | 21
	simpleNull  = 7<<5 | 22
)

// maxShort is the largest number that a head holds in itself: keys, and how many fields a struct has.
const maxShort = 23

// Writer appends items to Out.
type Writer struct {
	Out    []byte
	fields byte // of the struct that is open
}

// Open is a struct that is being written.
type Open struct {
	at    int
	outer byte
}

// Struct begins one. Its fields follow, keys rising from 0 to 23, and then End.
func (w *Writer) Struct() Open {
	o := Open{len(w.Out), w.fields}
	w.Out, w.fields = append(w.Out, 0), 0
	return o
}

// End ends a struct.
func (w *Writer) End(o Open) {
	w.Out[o.at] = majorMap | w.fields
	w.fields = o.outer
}

// Key begins a field whose value is written next.
func (w *Writer) Key(key byte) {
	w.Out = append(w.Out, majorUint|key)
	w.fields++
}

// Text writes a field with a text.
func (w *Writer) Text(key byte, s string) {
	w.Key(key)
	w.Word(s)
}

// Texts writes a field with a list of texts, unless it is empty.
func (w *Writer) Texts(key byte, list []string) {
	if len(list) == 0 {
		return
	}
	w.List(key, len(list))
	for _, s := range list {
		w.Word(s)
	}
}

// Some writes a field with a text, unless it is empty.
func (w *Writer) Some(key byte, s string) {
	if s != "" {
		w.Text(key, s)
	}
}

// Int writes a field with a number.
func (w *Writer) Int(key byte, n int64) {
	w.Key(key)
	if n < 0 {
		w.head(majorInt, uint64(-1-n)) //nolint:gosec // not below 0
		return
	}
	w.head(majorUint, uint64(n))
}

// SomeInt writes a field with a number, unless it is 0.
func (w *Writer) SomeInt(key byte, n int64) {
	if n != 0 {
		w.Int(key, n)
	}
}

// Uint writes a field with a number.
func (w *Writer) Uint(key byte, n uint64) {
	w.Key(key)
	w.head(majorUint, n)
}

// SomeUint writes a field with a number, unless it is 0.
func (w *Writer) SomeUint(key byte, n uint64) {
	if n != 0 {
		w.Uint(key, n)
	}
}

// Bool writes a field with a truth value.
func (w *Writer) Bool(key byte, b bool) {
	w.Key(key)
	if b {
		w.Out = append(w.Out, simpleTrue)
		return
	}
	w.Out = append(w.Out, simpleFalse)
}

// SomeBool writes a field with a truth value, unless it is false.
func (w *Writer) SomeBool(key byte, b bool) {
	if b {
		w.Bool(key, b)
	}
}

// Bytes writes a field with bytes; nil is null.
func (w *Writer) Bytes(key byte, b []byte) {
	w.Key(key)
	if b == nil {
		w.Null()
		return
	}
	w.head(majorBytes, uint64(len(b)))
	w.Out = append(w.Out, b...)
}

// List begins a field with so many items, which follow.
func (w *Writer) List(key byte, n int) {
	w.Key(key)
	w.head(majorList, uint64(n)) //nolint:gosec // a length
}

// WriteList writes a field with a list of items, unless it is empty.
func WriteList[T any](w *Writer, key byte, list []T, write func(*T, *Writer)) {
	if len(list) == 0 {
		return
	}
	w.List(key, len(list))
	for i := range list {
		write(&list[i], w)
	}
}

// Items writes a field with a list of n items that a Writer has written already, one behind the other, unless there are none.
func (w *Writer) Items(key byte, n int, written []byte) {
	if n == 0 {
		return
	}
	w.List(key, n)
	w.Out = append(w.Out, written...)
}

// Map begins a field with so many pairs, which follow: keys in the order of their encoding.
func (w *Writer) Map(key byte, n int) {
	w.Key(key)
	w.head(majorMap, uint64(n)) //nolint:gosec // a length
}

// Word writes a text that is an item of a list, or part of a pair.
func (w *Writer) Word(s string) {
	if len(s) <= maxShort {
		w.Out = append(append(w.Out, majorText|byte(len(s))), s...)
		return
	}
	w.head(majorText, uint64(len(s)))
	w.Out = append(w.Out, s...)
}

// Null writes the value of a field that has none.
func (w *Writer) Null() { w.Out = append(w.Out, simpleNull) }

// head writes a major type with its number, in the shortest form.
func (w *Writer) head(major byte, n uint64) {
	switch {
	case n <= maxShort:
		w.Out = append(w.Out, major|byte(n))
	case n < 1<<8:
		w.Out = append(w.Out, major|24, byte(n))
	case n < 1<<16:
		w.Out = append(w.Out, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		w.Out = append(w.Out, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	default:
		w.Out = append(w.Out, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}
