package survey

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// manyRows are packed rows with hashes in order: row i has fingerprint i.
func manyRows(n int) []byte {
	hashes := make([]model.Hash, n)
	for i := range hashes {
		hashes[i] = model.HashOf("table", string(binary.BigEndian.AppendUint32(nil, uint32(i))))
	}
	slices.SortFunc(hashes, func(a, b model.Hash) int { return bytes.Compare(a[:], b[:]) })
	var rows []byte
	for i, h := range hashes {
		rows = bus.AppendBaseRow(rows, bus.BaseRow{Hash: h, Fingerprint: uint64(i)})
	}
	return rows
}

func TestABase(t *testing.T) {
	const n = 3*heldBytes/bus.BaseRowSize + 17
	rows := manyRows(n)
	// pieces cuts the rows as an account would, and where windows do not end.
	pieces := func(b *Base, size int) *Base {
		for first := 0; first < n; first += size {
			last := min(first+size, n)
			b.Add(bus.BaseBlock{Container: "shop", Generation: 4, First: uint32(first), Rows: slices.Clone(rows[first*bus.BaseRowSize : last*bus.BaseRowSize])})
		}
		return b
	}
	everyRow := func(t *testing.T, b *Base) {
		t.Helper()
		l := b.listings["shop"]
		for i := range n {
			want := bus.BaseRowAt(rows, i)
			row, at, ok := l.find(want.Hash)
			if !ok || row != want || at != uint32(i) {
				t.Fatalf("row %d: %v at %d, %v", i, row, at, ok)
			}
			for _, near := range []byte{0, 0xff} { // between two rows, below the first and above the last
				h := want.Hash
				h[15] += near | 1
				if _, _, found := l.find(h); found {
					t.Fatalf("a hash beside row %d was found", i)
				}
			}
		}
	}

	t.Run("rests_in_a_file_beyond_what_is_held", func(t *testing.T) {
		t.Setenv("TMPDIR", t.TempDir())
		b := pieces(NewBase(), 9999)
		defer b.Close()
		if bad := b.ready(); bad != 0 || b.file == nil || b.held > heldBytes || b.end+int64(b.held) != int64(len(rows)) {
			t.Fatalf("%d bad, %d bytes held, %d at rest", bad, b.held, b.end)
		}
		everyRow(t, b)
		b.Close()
		if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
			t.Fatal("the file is left behind", left, err)
		}
		if _, _, ok := b.listings["shop"].find(bus.BaseRowAt(rows, 0).Hash); !ok {
			t.Fatal("what is held is gone")
		}
	})

	t.Run("is_held_where_no_file_can_be_made", func(t *testing.T) {
		t.Setenv("TMPDIR", "/nowhere/at/all")
		b := pieces(NewBase(), 9999)
		if bad := b.ready(); bad != 0 || b.file != nil || b.held != len(rows) || !b.Stuck() {
			t.Fatalf("%d bad, %d bytes held", bad, b.held)
		}
		everyRow(t, b)
	})

	t.Run("a_row_that_can_not_be_read_is_not_there", func(t *testing.T) {
		b := pieces(NewBase(), 9999)
		defer b.Close()
		b.ready()
		if err := b.file.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, _, ok := b.listings["shop"].find(bus.BaseRowAt(rows, n/2).Hash); ok {
			t.Fatal("it was found")
		}
	})

	t.Run("is_left_aside_when_pieces_are_out_of_order", func(t *testing.T) {
		b := NewBase(
			bus.BaseBlock{Container: "shop", First: 0, Rows: rows[bus.BaseRowSize : 2*bus.BaseRowSize]},
			bus.BaseBlock{Container: "shop", First: 1, Rows: rows[:bus.BaseRowSize]},
		)
		if bad := b.ready(); bad != 1 || len(b.listings) != 0 {
			t.Fatal(bad, b.listings)
		}
	})

	t.Run("of_two_generations_the_newer_counts", func(t *testing.T) {
		row := func(i int) []byte { return rows[i*bus.BaseRowSize : (i+1)*bus.BaseRowSize] }
		b := NewBase(
			bus.BaseBlock{Container: "shop", Generation: 1, Rows: row(0)}, bus.BaseBlock{Container: "shop", Generation: 2, Rows: row(1)},
			bus.BaseBlock{Container: "shop", Generation: 1, Rows: row(2)},
		)
		b.ready()
		for i, want := range []bool{false, true, false} {
			if _, _, ok := b.listings["shop"].find(bus.BaseRowAt(rows, i).Hash); ok != want {
				t.Error(i, ok)
			}
		}
	})
}
