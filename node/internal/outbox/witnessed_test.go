package outbox

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
)

// witnessed are the heads behind every nth entry of a ledger.
func witnessed(t testing.TB, d *disktest.Memory, n uint64) (out []bus.Seal) {
	t.Helper()
	err := Show(d, 1, 0, func(e Entry) error {
		if e.Index%n == 0 {
			out = append(out, bus.Seal{Index: e.Index, Head: e.Head})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// inTurn gives seals one by one.
func inTurn(list ...bus.Seal) func() (bus.Seal, error) {
	return func() (bus.Seal, error) {
		if len(list) == 0 {
			return bus.Seal{}, io.EOF
		}
		next := list[0]
		list = list[1:]
		return next, nil
	}
}

func TestWhatAWitnessHasShowsCutsAndReplacements(t *testing.T) {
	d, _ := written(t)
	heads := witnessed(t, d, 5)
	other := disktest.New(rng(9)) // another ledger of the same node
	b := openBox(t, other, newAccount(t))
	for range 60 {
		if _, err := b.Record(start.Add(time.Hour), EntryAnswer, "another one", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Close(start); err != nil {
		t.Fatal(err)
	}
	cut := d.Clone()
	files := ledgerFiles(t, cut)
	must(t, cut.Remove(files[len(files)-1]))
	report, err := Verify(d, nil)
	must(t, err)
	lastHead := report.Last
	empty := disktest.New(rng(3))

	for name, c := range map[string]struct {
		disk        *disktest.Memory
		heads       []bus.Seal
		differences string // by index, "-" where the ledger ends before
	}{
		"they agree":                             {d, heads, ""},
		"the last one again after each restart":  {d, slices.Concat(heads[:3], heads[2:3], heads[3:]), ""},
		"the witness was told nothing":           {d, nil, ""},
		"the end was cut":                        {cut, []bus.Seal{{Index: lastHead}}, fmt.Sprintf("%d- ", lastHead)},
		"all is gone":                            {empty, heads[:2], "5- 10- "},
		"another ledger is in its place":         {other, heads[:2], "5 10 "},
		"and the witness was told of that since": {other, slices.Concat(heads[:2], witnessed(t, other, 20)[:1]), "5 10 "},
		"it was told of another one before":      {d, slices.Concat(witnessed(t, other, 20)[:1], heads), "20 5 10 15 20 "},
	} {
		report, told, err := Witnessed(c.disk, nodeID, inTurn(c.heads...))
		got := ""
		for _, d := range told.Differences {
			got += fmt.Sprint(d.Index)
			if d.Missing {
				got += "-"
			}
			got += " "
		}
		if name == "it was told of another one before" { // whichever of the two is the false one, they can't both be true
			if err != nil || len(told.Differences) == 0 {
				t.Errorf("%s: %+v %v", name, told, err)
			}
			continue
		}
		if err != nil || got != c.differences || told.Heads != len(c.heads) {
			t.Errorf("%s: differences %q, want %q; %+v %+v %v", name, got, c.differences, told, report, err)
		}
	}
	gone := errors.New("the disk of the witness")
	if _, _, err := Witnessed(d, nodeID, func() (bus.Seal, error) { return bus.Seal{}, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestADurableHeadIsOnThePlatter(t *testing.T) {
	d, a := written(t)
	b := openBox(t, d, a)
	if b.Durable().Index != 0 {
		t.Fatal("what was found may be in the system's cache only")
	}
	b.Step(start)
	if b.Durable() != b.Head() || b.Durable().Index == 0 {
		t.Fatalf("%+v, the head is %+v", b.Durable(), b.Head())
	}
	before := b.Durable()
	if err := b.Facts(ref(7), facts("x", 1)); err != nil {
		t.Fatal(err)
	}
	d.FailFrom, d.FailTo = d.Ops()+1, d.Ops()+100
	b.Step(start.Add(time.Second))
	if b.Trouble() == nil || b.Durable() != before {
		t.Fatalf("a head that is not durable is given out: %+v, %v", b.Durable(), b.Trouble())
	}
}

func TestNothingLeavesBeforeTheWitnessHasIt(t *testing.T) {
	d, a := disktest.New(rng(1)), newAccount(t)
	b := openBox(t, d, a)
	b.Attested(0)
	if err := b.Facts(ref(1), facts("x", 1)); err != nil {
		t.Fatal(err)
	}
	if err := b.Done(ref(1), bus.Done{}); err != nil {
		t.Fatal(err)
	}
	now := run(b, a, start)
	if len(a.left) != 0 || b.Waiting() != 2 {
		t.Fatalf("%d messages left, %d wait", len(a.left), b.Waiting())
	}
	if next := b.Step(now); !next.IsZero() && next.Before(now.Add(time.Millisecond)) {
		t.Fatalf("the box asks to be called again and again, at %s", next)
	}
	b.Attested(b.Durable().Index - 1) // the batch, not the done
	now = run(b, a, now)
	if len(a.left) != 1 || b.Waiting() != 1 {
		t.Fatalf("%d messages left, %d wait", len(a.left), b.Waiting())
	}
	b.Attested(b.Durable().Index)
	run(b, a, now)
	if b.Waiting() != 0 {
		t.Fatalf("%d wait", b.Waiting())
	}
}
