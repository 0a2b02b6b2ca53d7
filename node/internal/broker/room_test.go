package broker

import (
	"reflect"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// filled is a piece of n assets, read where the attempt reads its next one.
func filled(t *testing.T, a *attempt, n int) *bus.Facts {
	t.Helper()
	var sent bus.Facts
	for i := range n {
		x := table(i)
		x.Attrs = []model.Attr{{Name: "engine", Text: "heap"}}
		sent.Assets, sent.Rows = append(sent.Assets, *x), append(sent.Rows, bus.BaseRow{Stamp: 7})
	}
	wire, err := bus.Encode(sent)
	if err != nil {
		t.Fatal(err)
	}
	f := a.room()
	if err := bus.Decode(wire, f); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*f, sent) {
		t.Fatalf("read %+v", f)
	}
	return f
}

func TestWhatIsKeptOfReleasedFactsIsBlank(t *testing.T) {
	var a attempt
	kept := *filled(t, &a, 3) // as a Sink may not
	columns, attrs, measures := kept.Assets[2].Columns, kept.Assets[2].Attrs, kept.Assets[2].Measures
	if next := filled(t, &a, 2); &next.Assets[0] == &kept.Assets[0] || kept.Assets[0].Path == "" {
		t.Fatal("the next piece is read in the room of the last, which may not be released yet")
	}
	again := filled(t, &a, 1)
	if &again.Assets[0] != &kept.Assets[0] || &again.Assets[0].Columns[0] != &kept.Assets[0].Columns[0] {
		t.Error("the room of the one before the last was not used")
	}
	for i := 1; i < 3; i++ {
		x := kept.Assets[i]
		x.Columns, x.Attrs, x.Measures = nil, nil, nil
		if !reflect.ValueOf(x).IsZero() || kept.Rows[i] != (bus.BaseRow{}) {
			t.Errorf("%d is still %+v", i, x)
		}
	}
	for name, list := range map[string]any{"columns": columns, "attributes": attrs, "measures": measures} {
		for i := range reflect.ValueOf(list).Len() {
			if v := reflect.ValueOf(list).Index(i); !v.IsZero() {
				t.Errorf("%s have still %+v", name, v)
			}
		}
	}
}

func TestRoomThatFewPiecesNeedIsLetGo(t *testing.T) {
	var a attempt
	big := filled(t, &a, keptItems/12+1).Assets // of 13 items each
	filled(t, &a, 1)
	if f := a.room(); cap(f.Assets) != 0 || cap(f.Rows) != 0 {
		t.Errorf("room for %d assets is left", cap(f.Assets))
	}
	if big[0].Path != "" || big[0].Columns[:1][0].Name != "" {
		t.Error("what was let go can be read")
	}
}
