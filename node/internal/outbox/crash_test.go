package outbox

import (
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
)

// tale is one life of a box, up to a crash: what its owner was promised.
type tale struct {
	stored map[bus.AttemptRef]int  // batches that a Step without trouble has taken
	done   map[bus.AttemptRef]bool // whose done it has taken
}

// live lets three attempts work side by side while the account comes and goes, until the disk loses power.
func live(b *Box, a *account, d *disktest.Memory, first int64, small func(int) bool) tale {
	out := tale{map[bus.AttemptRef]int{}, map[bus.AttemptRef]bool{}}
	given, now := map[bus.AttemptRef]int{}, start
	step := func(n int) {
		b.Step(now)
		if !d.Crashed() && b.Trouble() == nil {
			for r, k := range given {
				out.stored[r] = k
			}
		}
		if small(n) {
			a.serve()
		}
		now = now.Add(800 * time.Millisecond)
	}
	for n := 0; n < 8 && !d.Crashed(); n++ {
		for unit := first; unit < first+3; unit++ {
			if b.Facts(ref(unit), facts(fmt.Sprint(unit, "-", n), 2)) == nil {
				given[ref(unit)]++
			}
		}
		step(n)
	}
	for unit := first; unit < first+2 && !d.Crashed(); unit++ { // the third never ends
		if b.Done(ref(unit), bus.Done{Outcome: bus.OutcomeRead}) == nil {
			step(int(unit))
			out.done[ref(unit)] = !d.Crashed() && b.Trouble() == nil
		}
	}
	for n := 0; n < 6 && !d.Crashed(); n++ {
		step(n)
	}
	return out
}

// holds checks what must be true of a disk whenever power went.
func holds(t *testing.T, what string, d disk.Disk, a *account) {
	t.Helper()
	heads := make([]Receipted, 0, len(a.left))
	for index, s := range a.left {
		heads = append(heads, Receipted{index, s.head})
	}
	if _, diff, err := Reconcile(d, heads); err != nil || len(diff) > 0 {
		t.Fatalf("%s: something left that the ledger does not hold: %v %v", what, diff, err)
	}
	if r, err := Verify(d, a.public()); err != nil || r.Torn != "" {
		t.Fatalf("%s: %+v %v", what, r, err)
	}
}

func TestPowerLossAtEveryOperation(t *testing.T) {
	tiny := func(c *Config) { c.LedgerSegment, c.MaxSpool, c.Window = 3000, 512<<10, 4 }
	ends := 0
	for at := 1; ; at++ {
		over := true
		for seed := range uint64(3) {
			what := fmt.Sprintf("power lost in operation %d, seed %d", at, seed)
			d := disktest.New(rng(uint64(at)*100 + seed))
			d.CrashAt = at
			a := newAccount(t)
			served := func(n int) bool { return (uint64(n)+seed)%3 != 0 }
			var told tale
			if b, err := tryOpen(d, a, tiny); err == nil {
				told = live(b, a, d, 1, served)
			}
			over = over && !d.Crashed()
			again := d.Reboot()
			a.requests = nil
			again.CrashAt = 0
			b, err := tryOpen(again, a, tiny)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			for _, held := range b.Attempts() {
				if !held.Done || !held.Recovered {
					t.Fatalf("%s: recovered %+v", what, held)
				}
			}
			run(b, a, start.Add(time.Hour))
			holds(t, what, again, a)
			for r, sealed := range told.done {
				if sealed && len(a.store[r]) != told.stored[r] {
					t.Fatalf("%s: %d of %d batches of %v", what, len(a.store[r]), told.stored[r], r)
				}
				if _, ok := a.done[r]; sealed && !ok {
					t.Fatalf("%s: the done of %v was lost", what, r)
				}
				if sealed {
					ends++
				}
			}
			for r, list := range a.store {
				for n, body := range list {
					if body == nil {
						t.Fatalf("%s: a hole at batch %d of %v", what, n, r)
					}
				}
			}
		}
		if over {
			if at < 60 || ends < 50 {
				t.Fatalf("only %d operations and %d ends were tried", at, ends)
			}
			t.Logf("%d operations, three power losses in each", at)
			return
		}
	}
}

func TestPowerLossDuringRecovery(t *testing.T) {
	for seed := range uint64(60) {
		a := newAccount(t)
		d := disktest.New(rng(seed))
		d.CrashAt = 20 + int(seed)
		b, err := tryOpen(d, a)
		if err != nil {
			t.Fatal(err)
		}
		told := live(b, a, d, 1, func(n int) bool { return n%2 == 0 })
		for range 6 {
			d, a.requests = d.Reboot(), nil
			d.CrashAt = 1 + int(seed)%7
			b, err = tryOpen(d, a)
			if err == nil {
				b.Step(start.Add(time.Hour))
			}
		}
		d, a.requests = d.Reboot(), nil
		b = openBox(t, d, a)
		run(b, a, start.Add(2*time.Hour))
		holds(t, fmt.Sprint("seed ", seed), d, a)
		for r, sealed := range told.done {
			if _, ok := a.done[r]; sealed && !ok {
				t.Fatalf("seed %d: the done of %v was lost", seed, r)
			}
		}
	}
}

func TestRestartSendsTheSameAgain(t *testing.T) {
	a, d := newAccount(t), disktest.New(rng(1))
	b := openBox(t, d, a)
	for i := range 12 {
		must(t, b.Facts(ref(1), facts(fmt.Sprint(i), 3)))
	}
	must(t, b.Done(ref(1), bus.Done{Outcome: bus.OutcomeRead, Assets: 36}))
	must(t, b.Facts(ref(2), facts("never ended", 3)))
	b.Step(start)
	sentBefore := len(a.left)
	must(t, b.Close(start))
	a.requests = nil

	b = openBox(t, d, a) // Request fails the test when an entry leaves with other bytes
	if got := b.Attempts(); len(got) != 1 || got[0].Ref != ref(1) || !got[0].Done || !got[0].Recovered || got[0].Waiting != 13 {
		t.Fatalf("recovered %+v", got)
	}
	if err := b.Facts(ref(1), facts("more", 1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("facts for a recovered attempt: %v", err)
	}
	run(b, a, start)
	if len(a.store[ref(1)]) != 12 || len(a.done) != 1 || sentBefore == 0 {
		t.Errorf("%d batches, %d done", len(a.store[ref(1)]), len(a.done))
	}
	holds(t, "after the restart", d, a)
}

func TestRealFolder(t *testing.T) {
	path := t.TempDir() + "/outbox"
	d, err := disk.Dir(path)
	must(t, err)
	a := newAccount(t)
	b := openBox(t, d, a)
	story(t, b, a)
	b.Step(start.Add(time.Minute))
	must(t, b.Close(start))
	a.requests = nil
	b = openBox(t, d, a)
	run(b, a, start.Add(time.Minute))
	must(t, b.Close(start))
	if len(a.done) != 2 {
		t.Errorf("%d done", len(a.done))
	}
	holds(t, "real folder", d, a)
}
