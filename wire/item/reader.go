package item

import "unicode/utf8"

// Bounds of what one list or map may claim: those of wire.
const (
	maxList = 1 << 20
	maxMap  = 1 << 16
)

// Reader reads items. Once it has given up it stays so, and all that it gives is empty.
type Reader struct {
	data []byte
	text string // all of data, once: texts are parts of it
	at   int
	lost bool
}

// NewReader reads from data, which is not kept; the texts that it gives share one copy.
func NewReader(data []byte) *Reader { return &Reader{data: data, text: string(data)} }

// Whole reports whether everything was read, and nothing gave up.
func (r *Reader) Whole() bool { return !r.lost && r.at == len(r.data) }

// GiveUp says that what is there is not what a Writer wrote.
func (r *Reader) GiveUp() { r.lost, r.at = true, len(r.data) }

// Fields are those of one struct, in order.
type Fields struct {
	r    *Reader
	left int
	last int
}

// Struct begins to read one.
func (r *Reader) Struct() Fields {
	if r.at < len(r.data) && r.data[r.at]&^0x1f == majorMap && r.data[r.at]&0x1f <= maxShort {
		r.at++
		return Fields{r, int(r.data[r.at-1] & 0x1f), -1}
	}
	r.GiveUp()
	return Fields{r: r}
}

// Next gives the key of the next field, whose value is to be read, and false behind the last.
func (f *Fields) Next() (key int, ok bool) {
	r := f.r
	if f.left == 0 || r.lost {
		return 0, false
	}
	f.left--
	if r.at < len(r.data) {
		if key = int(r.data[r.at]); key <= maxShort && key > f.last {
			f.last = key
			r.at++
			return key, true
		}
	}
	r.GiveUp()
	return 0, false
}

// head reads a head of one major type, in its shortest form.
func (r *Reader) head(major byte) (n uint64, ok bool) {
	if r.at >= len(r.data) || r.data[r.at]&^0x1f != major {
		r.GiveUp()
		return 0, false
	}
	info := r.data[r.at] & 0x1f
	r.at++
	if info <= maxShort {
		return uint64(info), true
	}
	size := 1 << (info - 24)
	if info > 27 || len(r.data)-r.at < size {
		r.GiveUp()
		return 0, false
	}
	for _, b := range r.data[r.at : r.at+size] {
		n = n<<8 | uint64(b)
	}
	if r.at += size; n <= maxShort || size > 1 && n < 1<<(4*size) { // a shorter form would do
		r.GiveUp()
		return 0, false
	}
	return n, true
}

// Text reads a text.
func (r *Reader) Text() string {
	n, ok := r.head(majorText)
	if !ok || n > uint64(len(r.data)-r.at) {
		r.GiveUp()
		return ""
	}
	s := r.text[r.at : r.at+int(n)] //nolint:gosec // not beyond the data
	if !utf8.ValidString(s) {
		r.GiveUp()
		return ""
	}
	r.at += len(s)
	return s
}

// Bytes reads bytes, as a copy; null is nil.
func (r *Reader) Bytes() []byte {
	if r.Null() {
		return nil
	}
	n, ok := r.head(majorBytes)
	if !ok || n > uint64(len(r.data)-r.at) {
		r.GiveUp()
		return nil
	}
	b := append([]byte{}, r.data[r.at:r.at+int(n)]...) //nolint:gosec // not beyond the data
	r.at += len(b)
	return b
}

// Fixed reads exactly so many bytes, which belong to the reader; nil where there are others.
func (r *Reader) Fixed(size int) []byte {
	n, ok := r.head(majorBytes)
	if !ok || n != uint64(size) || size > len(r.data)-r.at { //nolint:gosec // a size
		r.GiveUp()
		return nil
	}
	r.at += size
	return r.data[r.at-size : r.at]
}

// Int reads a number.
func (r *Reader) Int() int64 {
	if r.at < len(r.data) && r.data[r.at]&^0x1f == majorInt {
		n, ok := r.head(majorInt)
		if !ok || n > 1<<63-1 {
			r.GiveUp()
			return 0
		}
		return -1 - int64(n)
	}
	return int64(r.Uint(1<<63 - 1)) //nolint:gosec // not beyond
}

// Uint reads a number up to most.
func (r *Reader) Uint(most uint64) uint64 {
	n, ok := r.head(majorUint)
	if !ok || n > most {
		r.GiveUp()
		return 0
	}
	return n
}

// Bool reads a truth value.
func (r *Reader) Bool() bool {
	if r.at < len(r.data) {
		if b := r.data[r.at]; b == simpleTrue || b == simpleFalse {
			r.at++
			return b == simpleTrue
		}
	}
	r.GiveUp()
	return false
}

// Null reads a null where there is one.
func (r *Reader) Null() bool {
	if r.at < len(r.data) && r.data[r.at] == simpleNull {
		r.at++
		return true
	}
	return false
}

// List reads how many items follow. Each takes a byte or more, so that no more are claimed than there could be.
func (r *Reader) List() int { return r.count(majorList, maxList) }

// atOnce is how many items are made room for before any of them has been read.
const atOnce = 1024

// ReadList reads a list of items. What is claimed takes no memory before it is there.
func ReadList[T any](r *Reader, read func(*T, *Reader)) []T { return ReadInto(r, nil, read) }

// ReadInto reads a list of items in the room of another. An item is what it was there when read is called, or zero.
func ReadInto[T any](r *Reader, room []T, read func(*T, *Reader)) []T {
	n := r.List()
	list := room[:0]
	if room == nil {
		list = make([]T, 0, min(n, atOnce))
	}
	for i := 0; i < n && !r.lost; i++ {
		if i < cap(list) {
			list = list[:i+1]
		} else {
			var zero T
			list = append(list, zero)
		}
		read(&list[i], r)
	}
	return list
}

// Map reads how many pairs follow.
func (r *Reader) Map() int { return r.count(majorMap, maxMap) }

func (r *Reader) count(major byte, most uint64) int {
	n, ok := r.head(major)
	if !ok || n > uint64(len(r.data)-r.at) || n > most {
		r.GiveUp()
		return 0
	}
	return int(n) //nolint:gosec // not beyond the data
}

// Texts reads a list of texts.
func (r *Reader) Texts() []string {
	list := make([]string, r.List())
	for i := range list {
		list[i] = r.Text()
	}
	return list
}
