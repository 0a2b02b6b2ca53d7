package outbox

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/disk"
)

const nodeID = "pool--n1"

// account is the other side: it keeps what arrived, and answers when it is told to.
type account struct {
	key      ed25519.PrivateKey
	left     map[uint64]sent             // everything that was ever handed to the link, by ledger index
	store    map[bus.AttemptRef][][]byte // bodies of committed batches, by number
	done     map[bus.AttemptRef]bus.Done // committed
	requests []request
	answer   func(subject bus.Subject, ref bus.AttemptRef, number uint32, seal bus.Seal) (bus.Receipt, error)
	t        testing.TB
}

type sent struct {
	head    [32]byte
	payload string
}

type request struct {
	subject  bus.Subject
	payload  []byte
	answered func([]byte, error)
}

func newAccount(t testing.TB) *account {
	a := &account{
		key:  ed25519.NewKeyFromSeed(make([]byte, 32)),
		left: map[uint64]sent{}, store: map[bus.AttemptRef][][]byte{}, done: map[bus.AttemptRef]bus.Done{}, t: t,
	}
	a.answer = a.commit
	return a
}

func (a *account) public() ed25519.PublicKey { return a.key.Public().(ed25519.PublicKey) }

func (a *account) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	_, _, seal := a.open(subject, payload)
	if before, ok := a.left[seal.Index]; ok && (before.head != seal.Head || before.payload != string(payload)) {
		a.t.Errorf("ledger entry %d left with other bytes than before", seal.Index)
	}
	a.left[seal.Index] = sent{seal.Head, string(payload)}
	a.requests = append(a.requests, request{subject, payload, answered})
}

func (a *account) open(subject bus.Subject, payload []byte) (bus.AttemptRef, uint32, bus.Seal) {
	if subject == bus.SubjectDone {
		var d bus.Done
		if err := bus.Decode(payload, &d); err != nil {
			a.t.Fatal(err)
		}
		return d.Ref, d.Batches, d.Seal
	}
	var b bus.Batch
	if err := bus.Decode(payload, &b); err != nil {
		a.t.Fatal(err)
	}
	return b.Ref, b.Number, b.Seal
}

// serve answers all that is open, as answer says.
func (a *account) serve() int {
	list := a.requests
	a.requests = nil
	for _, r := range list {
		ref, number, seal := a.open(r.subject, r.payload)
		receipt, err := a.answer(r.subject, ref, number, seal)
		if err != nil {
			r.answered(nil, err)
			continue
		}
		if receipt.Status == bus.Committed {
			a.keep(r, ref, number)
		}
		out, err := bus.Encode(receipt)
		if err != nil {
			a.t.Fatal(err)
		}
		r.answered(out, nil)
	}
	return len(list)
}

func (a *account) keep(r request, ref bus.AttemptRef, number uint32) {
	if r.subject == bus.SubjectDone {
		if len(a.store[ref]) != int(number) {
			a.t.Errorf("done of %v after %d of %d batches", ref, len(a.store[ref]), number)
		}
		var d bus.Done
		if err := bus.Decode(r.payload, &d); err != nil {
			a.t.Fatal(err)
		}
		a.done[ref] = d
		return
	}
	var b bus.Batch
	if err := bus.Decode(r.payload, &b); err != nil {
		a.t.Fatal(err)
	}
	for len(a.store[ref]) <= int(number) {
		a.store[ref] = append(a.store[ref], nil)
	}
	if had := a.store[ref][number]; had != nil && string(had) != string(b.Body) {
		a.t.Errorf("batch %d of %v came twice with other bytes", number, ref)
	}
	a.store[ref][number] = b.Body
}

func (a *account) receipt(status bus.ReceiptStatus, ref bus.AttemptRef, number uint32, seal bus.Seal) bus.Receipt {
	return bus.Receipt{
		V: 1, Status: status, Seal: seal,
		Signature: ed25519.Sign(a.key, bus.SignedReceipt(nodeID, ref, number, seal)),
	}
}

func (a *account) commit(_ bus.Subject, ref bus.AttemptRef, number uint32, seal bus.Seal) (bus.Receipt, error) {
	return a.receipt(bus.Committed, ref, number, seal), nil
}

func lost(bus.Subject, bus.AttemptRef, uint32, bus.Seal) (bus.Receipt, error) {
	return bus.Receipt{}, fault.New(fault.Unreachable, "AccountUnreachable", "no answer")
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func openBox(t testing.TB, d disk.Disk, a *account, edit ...func(*Config)) *Box {
	t.Helper()
	b, err := tryOpen(d, a, edit...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tryOpen(d disk.Disk, a *account, edit ...func(*Config)) (*Box, error) {
	cfg := Config{Node: nodeID, AccountKey: a.public}
	for _, e := range edit {
		e(&cfg)
	}
	return Open(d, a, rng(7), quiet(), cfg)
}

func ref(unit int64) bus.AttemptRef { return bus.AttemptRef{Unit: unit, Attempt: 1} }

// facts are n assets whose names say which batch they belong to.
func facts(tag string, n int) bus.Facts {
	var f bus.Facts
	for i := range n {
		name := fmt.Sprintf("%s-%d", tag, i)
		f.Assets = append(f.Assets, model.Asset{
			Type: "postgresql_table", Path: "shop/public/" + name, Name: name, Container: "shop/public", Facets: model.FacetExistence,
			Columns: []model.Column{{Name: "id", Type: "bigint", Ordinal: 1, NotNull: true}, {Name: "note", Type: "text", Ordinal: 2}},
		})
		f.Rows = append(f.Rows, bus.BaseRow{Hash: model.HashOf("t", name)})
	}
	return f
}

// run steps until nothing happens any more, for at most an hour of the box's time.
func run(b *Box, a *account, now time.Time) time.Time {
	end := now.Add(time.Hour)
	for now.Before(end) {
		next := b.Step(now)
		if a.serve() > 0 {
			now = now.Add(time.Millisecond)
			continue
		}
		if next.IsZero() {
			return now
		}
		now = later(now, next)
	}
	return now
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a.Add(time.Millisecond)
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// story is what two attempts say.
func story(t *testing.T, b *Box, a *account) {
	now := start
	for i := range 6 {
		for unit := range int64(2) {
			if err := b.Facts(ref(unit), facts(fmt.Sprint(unit, "-", i), 5)); err != nil {
				t.Fatal(err)
			}
		}
		b.Step(now)
		if i%2 == 0 {
			a.serve()
		}
		now = now.Add(700 * time.Millisecond)
	}
	for unit := range int64(2) {
		must(t, b.Done(ref(unit), bus.Done{Outcome: bus.OutcomeRead, Assets: 30}))
	}
}
