package item_test

import (
	"testing"

	"github.com/purlieu/purlieu/wire/item"
)

func written(write func(w *item.Writer)) []byte {
	var w item.Writer
	write(&w)
	return w.Out
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	data := written(func(w *item.Writer) {
		o := w.Struct()
		w.Text(1, "a text of more than twenty-three bytes")
		w.Some(2, "")
		w.Int(3, -70_000)
		w.Uint(4, 1<<63)
		w.SomeBool(5, true)
		w.Texts(6, []string{"a", ""})
		w.Bytes(7, nil)
		w.Key(8)
		inner := w.Struct()
		w.Int(1, 24)
		w.End(inner)
		w.Bool(9, false)
		w.End(o)
	})
	r := item.NewReader(data)
	seen := 0
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		good := false
		switch key {
		case 1:
			good = r.Text() == "a text of more than twenty-three bytes"
		case 3:
			good = r.Int() == -70_000
		case 4:
			good = r.Uint(1<<64-1) == 1<<63
		case 5:
			good = r.Bool()
		case 6:
			list := r.Texts()
			good = len(list) == 2 && list[0] == "a"
		case 7:
			good = r.Bytes() == nil
		case 8:
			inner := r.Struct()
			key, ok := inner.Next()
			good = ok && key == 1 && r.Int() == 24
			if _, more := inner.Next(); more {
				t.Error("the inner struct goes on")
			}
		case 9:
			good = !r.Bool()
		}
		if seen++; !good {
			t.Errorf("field %d", key)
		}
	}
	if seen != 8 || !r.Whole() {
		t.Errorf("%d fields, whole %v", seen, r.Whole())
	}
}

func TestAReaderGivesUp(t *testing.T) {
	text := func(r *item.Reader) {
		f := r.Struct()
		for _, ok := f.Next(); ok; _, ok = f.Next() {
			_ = r.Text()
		}
	}
	for name, data := range map[string][]byte{
		"at the end of the data":         {0xa1, 1, 0x63, 'a'},
		"at another type":                {0xa1, 1, 0x43, 'a', 'b', 'c'},
		"at keys that do not rise":       {0xa2, 2, 0x60, 1, 0x60},
		"at a key that is there twice":   {0xa2, 1, 0x60, 1, 0x60},
		"at a key that is a text":        {0xa1, 0x61, '1', 0x60},
		"at a length that is not short":  {0xa1, 1, 0x78, 1, 'a'},
		"at a length that has no end":    {0xa1, 1, 0x7f, 0xff},
		"at a text that is not UTF-8":    {0xa1, 1, 0x61, 0xff},
		"at a struct that has no end":    {0xbf, 1, 0x60, 0xff},
		"at what follows":                {0xa1, 1, 0x60, 0},
		"at a length beyond everything":  {0xa1, 1, 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"at a list where a struct is":    {0x81, 0x60},
		"at nothing":                     {},
		"at fields that are not there":   {0xa3, 1, 0x60},
		"at a struct of too many fields": {0xb8, 24},
	} {
		r := item.NewReader(data)
		if text(r); r.Whole() {
			t.Error("it does not give up " + name)
		}
	}
	claims := item.NewReader([]byte{0x9a, 0, 0x10, 0, 1, 0x60})
	if list := claims.Texts(); len(list) != 0 || claims.Whole() {
		t.Errorf("a list of %d texts in six bytes", len(list))
	}
}
