package outbox

import (
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
)

func TestDelivery(t *testing.T) {
	t.Run("delivers an attempt, its done last", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		var told []string
		b.OnDelivered(func(r bus.AttemptRef, how Delivery) {
			told = append(told, fmt.Sprint(r.Unit, " ", statusName(how.Status)))
		})
		for i := range 20 {
			must(t, b.Facts(ref(1), facts(fmt.Sprint(i), 3)))
		}
		must(t, b.Done(ref(1), bus.Done{Outcome: bus.OutcomeRead, Assets: 60}))
		if got := b.Attempts(); len(got) != 1 || !got[0].Done || got[0].Waiting != 21 {
			t.Errorf("attempts: %+v", got)
		}
		run(b, a, start)
		if len(a.store[ref(1)]) != 20 || a.done[ref(1)].Batches != 20 || fmt.Sprint(told) != "[1 committed]" {
			t.Errorf("%d batches, done %+v, told %v", len(a.store[ref(1)]), a.done[ref(1)], told)
		}
		if b.Waiting() != 0 || len(b.Attempts()) != 0 {
			t.Errorf("waiting %d", b.Waiting())
		}
		if err := b.Facts(ref(1), facts("late", 1)); !fault.Is(err, fault.Gone) {
			t.Errorf("facts after the end: %v", err)
		}
	})
	t.Run("syncs twice for many messages", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		for i := range 50 {
			must(t, b.Facts(ref(int64(i)), facts("x", 1)))
		}
		b.Step(start)
		if d.Syncs() != 2 {
			t.Errorf("%d syncs", d.Syncs())
		}
	})
	t.Run("keeps to its window", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a, func(c *Config) { c.Window = 3 })
		for range 10 {
			must(t, b.Facts(ref(1), facts("x", 1)))
		}
		b.Step(start)
		if len(a.requests) != 3 {
			t.Errorf("%d in flight", len(a.requests))
		}
	})
}

func TestOutage(t *testing.T) {
	t.Run("is stopped by no outage", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		for i := range 30 {
			must(t, b.Facts(ref(1), facts(fmt.Sprint(i), 1)))
		}
		must(t, b.Done(ref(1), bus.Done{Outcome: bus.OutcomeRead}))
		a.answer = lost
		now, requests := start, 0
		for now.Before(start.Add(10 * time.Minute)) {
			next := b.Step(now)
			requests += a.serve()
			now = later(now, next)
			if next.IsZero() {
				now = now.Add(time.Millisecond)
			}
		}
		if requests > 120 || requests < 40 {
			t.Errorf("%d requests in ten minutes without an account", requests)
		}
		a.answer = a.commit
		run(b, a, now)
		if len(a.done) != 1 {
			t.Error("not delivered after the outage")
		}
	})
	t.Run("waits when it is told to, and only with that attempt", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		must(t, b.Facts(ref(1), facts("x", 1)))
		must(t, b.Facts(ref(2), facts("y", 1)))
		a.answer = func(s bus.Subject, r bus.AttemptRef, n uint32, seal bus.Seal) (bus.Receipt, error) {
			if r.Unit == 1 {
				return bus.Receipt{V: 1, Status: bus.Wait, WaitMS: 30_000}, nil
			}
			return a.commit(s, r, n, seal)
		}
		b.Step(start)
		a.serve()
		next := b.Step(start)
		for range 5 {
			b.Step(start.Add(29 * time.Second))
			if a.serve() > 0 {
				t.Fatal("it did not wait")
			}
		}
		if len(a.store[ref(2)]) != 1 {
			t.Error("the other attempt was held up")
		}
		a.answer = a.commit
		run(b, a, start.Add(30*time.Second))
		if len(a.store[ref(1)]) != 1 || next.After(start.Add(30*time.Second)) {
			t.Errorf("not sent after the wait; next %v", next)
		}
	})
}

func TestUnwantedAttempt(t *testing.T) {
	for _, status := range []bus.ReceiptStatus{bus.Refused, bus.Gone, bus.Dropped} {
		t.Run("gives up an attempt that is "+statusName(status), func(t *testing.T) {
			a, d := newAccount(t), disktest.New(rng(1))
			b := openBox(t, d, a, func(c *Config) { c.Window = 1 })
			var told []Delivery
			b.OnDelivered(func(_ bus.AttemptRef, how Delivery) { told = append(told, how) })
			for range 3 {
				must(t, b.Facts(ref(1), facts("x", 1)))
			}
			must(t, b.Done(ref(1), bus.Done{}))
			a.answer = func(_ bus.Subject, r bus.AttemptRef, n uint32, seal bus.Seal) (bus.Receipt, error) {
				out := a.receipt(status, r, n, seal)
				out.Code = "OutOfScope"
				return out, nil
			}
			run(b, a, start)
			if len(a.left) != 1 || len(told) != 1 || told[0].Status != status || b.Waiting() != 0 {
				t.Errorf("%d left, told %+v, %d waiting", len(a.left), told, b.Waiting())
			}
			var discarded, unsent int
			must(t, Show(d, 1, 0, func(e Entry) error {
				if e.Kind == EntryDiscarded {
					discarded++
					if e.Left == "no" {
						unsent++
					}
				}
				return nil
			}))
			want := 4
			if status == bus.Dropped {
				want = 3 // the first has a receipt
			}
			if discarded != want || unsent != 3 {
				t.Errorf("%d discarded, %d of them unsent", discarded, unsent)
			}
		})
	}
}

func TestReceipt(t *testing.T) {
	t.Run("believes no receipt that another key signed", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		must(t, b.Facts(ref(1), facts("x", 1)))
		a.answer = func(_ bus.Subject, r bus.AttemptRef, n uint32, seal bus.Seal) (bus.Receipt, error) {
			out := a.receipt(bus.Committed, r, n, seal)
			out.Signature[5] ^= 1
			return out, nil
		}
		b.Step(start)
		a.serve()
		b.Step(start)
		if b.Waiting() != 1 {
			t.Error("a forged receipt made it forget")
		}
		a.answer = func(_ bus.Subject, r bus.AttemptRef, n uint32, seal bus.Seal) (bus.Receipt, error) {
			seal.Index++
			return a.receipt(bus.Committed, r, n, seal), nil
		}
		b.Step(start.Add(time.Minute))
		a.serve()
		b.Step(start.Add(time.Minute))
		if b.Waiting() != 1 {
			t.Error("a receipt for something else made it forget")
		}
		a.answer = a.commit
		run(b, a, start.Add(2*time.Minute))
		if b.Waiting() != 0 {
			t.Error("the true receipt was not taken")
		}
	})
	t.Run("ignores answers after the attempt was discarded", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		must(t, b.Facts(ref(1), facts("x", 1)))
		must(t, b.Facts(ref(1), facts("y", 1)))
		b.Step(start)
		b.Discard(ref(1), "superseded")
		a.serve()
		run(b, a, start)
		if b.Waiting() != 0 || len(b.Attempts()) != 0 {
			t.Error("something waits")
		}
		if r, err := Verify(d, a.public()); err != nil || r.Receipts != 2 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestHold(t *testing.T) {
	t.Run("sends nothing while it is held, and what was discarded then never", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		b.Hold(true)
		must(t, b.Facts(ref(1), facts("x", 1)))
		must(t, b.Facts(ref(2), facts("y", 1)))
		if next := b.Step(start); !next.IsZero() || len(a.left) != 0 {
			t.Errorf("next %v, %d left", next, len(a.left))
		}
		b.Discard(ref(1), "superseded")
		b.Hold(false)
		run(b, a, start)
		if len(a.left) != 1 || len(a.store[ref(2)]) != 1 {
			t.Errorf("%d left", len(a.left))
		}
	})
	t.Run("tries at once when the account is back", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		must(t, b.Facts(ref(1), facts("x", 1)))
		a.answer = lost
		now, next := start, start
		for range 8 {
			now = next
			b.Step(now)
			a.serve()
			if next = b.Step(now); !next.After(now) || len(a.requests) != 0 {
				t.Fatal("it does not wait after a failure")
			}
		}
		if wait := next.Sub(now); wait < maxRetry/2 || wait > maxRetry {
			t.Errorf("it waits %v after the eighth", wait)
		}
		a.answer = a.commit
		b.Reconnected()
		b.Step(now)
		a.serve()
		b.Step(now)
		if b.Waiting() != 0 {
			t.Error("it still waits")
		}
	})
}

func TestRoom(t *testing.T) {
	t.Run("says when there is no room, and frees it", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a, func(c *Config) { c.MaxSpool = 256 << 10 })
		r, n := rng(3), 0
		noise := func() bus.Facts {
			f := facts("n", 1)
			raw := make([]byte, 20_000)
			for i := range raw {
				raw[i] = byte('a' + r.IntN(26))
			}
			f.Assets[0].Text = string(raw)
			return f
		}
		a.answer = lost
		for b.Room() && n < 1000 {
			must(t, b.Facts(ref(1), noise()))
			b.Step(start)
			a.serve()
			n++
		}
		if n < 10 || n > 40 {
			t.Fatalf("full after %d batches", n)
		}
		a.answer = a.commit
		run(b, a, start.Add(time.Minute))
		if !b.Room() || len(a.store[ref(1)]) != n {
			t.Errorf("room %v after %d of %d", b.Room(), len(a.store[ref(1)]), n)
		}
	})
}

func TestDiskFailure(t *testing.T) {
	t.Run("a full disk stops sealing and mends by itself", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		must(t, b.Facts(ref(1), facts("x", 40)))
		run(b, a, start)
		used := int64(0)
		list, _ := d.List()
		for _, f := range list {
			used += f.Size
		}
		d.Capacity = used + 100
		for i := range 5 {
			must(t, b.Facts(ref(1), facts(fmt.Sprint(i), 40)))
		}
		must(t, b.Done(ref(1), bus.Done{}))
		now := start.Add(time.Minute)
		for range 10 {
			now = later(now, b.Step(now))
		}
		if b.Trouble() == nil || b.Room() || len(a.left) != 1 {
			t.Fatalf("trouble %v, room %v, %d left", b.Trouble(), b.Room(), len(a.left))
		}
		d.Capacity = 0
		run(b, a, now)
		if b.Trouble() != nil || len(a.done) != 1 {
			t.Errorf("after there was space again: %v, %d done", b.Trouble(), len(a.done))
		}
		if _, err := Verify(d, a.public()); err != nil {
			t.Error(err)
		}
	})
	t.Run("a disk that the spool itself filled empties by itself", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		a.answer = lost
		now, n := start, 0
		d.Capacity = 300 << 10
		for b.Room() && n < 1000 {
			f := facts(fmt.Sprint(n), 1)
			f.Assets[0].Text = noise(uint64(n), 20_000)
			must(t, b.Facts(ref(1), f))
			now = later(now, b.Step(now))
			a.serve()
			n++
		}
		if b.Trouble() == nil || n < 10 {
			t.Fatalf("%d batches, %v", n, b.Trouble())
		}
		a.answer = a.commit
		must(t, b.Done(ref(1), bus.Done{}))
		run(b, a, now)
		if b.Trouble() != nil || len(a.done) != 1 || len(a.store[ref(1)]) != n {
			t.Errorf("%v, %d of %d batches", b.Trouble(), len(a.store[ref(1)]), n)
		}
		holds(t, "after a full disk", d, a)
	})
	t.Run("any failing operation delays and loses nothing", func(t *testing.T) {
		for at := 1; at < 40; at++ {
			a, d := newAccount(t), disktest.New(rng(uint64(at)))
			d.FailFrom, d.FailTo = at, at+1
			b, err := tryOpen(d, a)
			if err != nil {
				continue // the owner tries again; nothing was promised yet
			}
			story(t, b, a)
			run(b, a, start)
			if len(a.done) != 2 || b.Trouble() != nil {
				t.Fatalf("operation %d: %d done, %v", at, len(a.done), b.Trouble())
			}
			if r, err := Verify(d, a.public()); err != nil || r.Torn != "" {
				t.Fatalf("operation %d: %+v %v", at, r, err)
			}
		}
	})
}
