package bus_test

import (
	"bytes"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"testing/quick"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

func TestAPieceIsWrittenAsFactsAre(t *testing.T) {
	var p bus.Piece // one for all: what was in it before must not show
	same := func(f bus.Facts, rows [8]bus.BaseRow) bool {
		f.Assets = f.Assets[:min(len(f.Assets), len(rows))]
		f.Rows = rows[:len(f.Assets)]
		want, err := bus.Encode(&f)
		if err != nil {
			t.Fatal(err)
		}
		p.Reset()
		if !p.Empty() || p.Assets()+p.Bytes() > 0 {
			t.Error("a piece that was reset is not empty")
		}
		for i := range f.Assets {
			p.Add(&f.Assets[i], &f.Rows[i])
			f.Assets[i], f.Rows[i] = model.Asset{}, bus.BaseRow{} // whoever found it uses its memory again
		}
		p.Gaps, p.Children, p.Seen = f.Gaps, f.Children, f.Seen
		if p.Assets() != len(f.Assets) || p.Empty() != (len(f.Assets)+len(f.Gaps)+len(f.Children)+len(f.Seen) == 0) {
			t.Errorf("%d assets of %d, empty %v", p.Assets(), len(f.Assets), p.Empty())
		}
		got, err := bus.Append([]byte("before"), &p)
		if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Logf("%x, want %x, %v", got, want, err)
			return false
		}
		return true
	}
	if err := quick.Check(same, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 100}); err != nil {
		t.Error(err)
	}
}

func TestFactsAreReadAlikeInTheRoomOfOthers(t *testing.T) {
	var used bus.Facts
	alike := func(f bus.Facts) bool {
		data, err := bus.Encode(&f)
		if err != nil {
			t.Fatal(err)
		}
		var fresh bus.Facts
		if err := bus.Decode(data, &fresh); err != nil {
			t.Fatal(err)
		}
		if err := bus.Decode(data, &used); err != nil {
			t.Fatal(err)
		}
		for i := range max(len(fresh.Assets), len(used.Assets)) {
			if !reflect.DeepEqual(fresh.Assets[i].Clone(), used.Assets[i].Clone()) {
				t.Logf("%+v, want %+v", used.Assets[i], fresh.Assets[i])
				return false
			}
		}
		return slices.Equal(fresh.Rows, used.Rows) && reflect.DeepEqual(fresh.Gaps, used.Gaps) &&
			reflect.DeepEqual(fresh.Children, used.Children) && reflect.DeepEqual(fresh.Seen, used.Seen)
	}
	if err := quick.Check(alike, &quick.Config{Rand: rand.New(rand.NewSource(1)), MaxCount: 100}); err != nil {
		t.Error(err)
	}
	t.Run("and so is what only the library reads", func(t *testing.T) {
		data := []byte{0xa2, 0x03, 0x80, 0x01, 0x81, 0xa2, 0x02, 0x61, 'p', 0x01, 0x61, 't'} // keys that do not rise
		used := bus.Facts{Assets: []model.Asset{{Type: "before", Comment: "before"}}, Rows: []bus.BaseRow{{Stamp: 1}}}
		if err := bus.Decode(data, &used); err != nil || len(used.Rows) > 0 || len(used.Assets) != 1 ||
			!reflect.DeepEqual(used.Assets[0], model.Asset{Type: "t", Path: "p"}) {
			t.Errorf("%+v, %v", used, err)
		}
	})
}
