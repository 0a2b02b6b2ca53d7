package lease

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// bench is a machine with a link whose answers the test gives, on a clock of its own.
type bench struct {
	*testing.T
	*Machine
	now  time.Time
	sent []request
	log  []string // what became of work
}

type request struct {
	subject  bus.Subject
	payload  []byte
	answered func([]byte, error)
}

// Request implements bus.Link.
func (b *bench) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	b.sent = append(b.sent, request{subject, payload, answered})
}

// Start implements Work.
func (b *bench) Start(g bus.Grant) { b.log = append(b.log, fmt.Sprint("start ", g.Ref.Unit)) }

// Stop implements Work.
func (b *bench) Stop(ref bus.AttemptRef, v bus.Verdict) {
	b.log = append(b.log, fmt.Sprint("stop ", ref.Unit, " ", v))
}

func newBench(t *testing.T, slots int) *bench {
	b := &bench{T: t, now: time.Unix(1_800_000_000, 0)}
	cfg := Config{Slots: slots, Kinds: []string{"Garden"}, Renew: 2 * time.Second, Look: 3 * time.Second}
	b.Machine = New(cfg, b, b, rand.New(rand.NewPCG(1, 2)), slog.New(slog.DiscardHandler))
	return b
}

// take takes the one request that was sent since the last, and fails when it is another.
func (b *bench) take(want bus.Subject) request {
	b.Helper()
	if len(b.sent) != 1 || b.sent[0].subject != want {
		b.Fatalf("sent %d requests, want one %s", len(b.sent), want)
	}
	r := b.sent[0]
	b.sent = nil
	return r
}

func (b *bench) quiet() {
	b.Helper()
	if len(b.sent) != 0 {
		b.Fatalf("sent %s", b.sent[0].subject)
	}
}

func (b *bench) step() time.Duration { return b.Step(b.now).Sub(b.now) }

func (b *bench) pass(d time.Duration) {
	b.now = b.now.Add(d)
	b.step()
}

func (r request) reply(t *testing.T, message any) {
	t.Helper()
	raw, err := bus.Encode(message)
	if err != nil {
		t.Fatal(err)
	}
	r.answered(raw, nil)
}

func (r request) silence() { r.answered(nil, fault.New(fault.Unreachable, "NoAnswer", "none")) }

func ref(unit int64) bus.AttemptRef { return bus.AttemptRef{Unit: unit, Attempt: 1} }

func grants(units ...int64) (a bus.ClaimAnswer) {
	for _, u := range units {
		a.Grants = append(a.Grants, bus.Grant{Ref: ref(u)})
	}
	return a
}

// working is a bench that holds some units.
func working(t *testing.T, slots int, units ...int64) *bench {
	t.Helper()
	b := newBench(t, slots)
	b.step()
	b.take(bus.SubjectClaim).reply(t, grants(units...))
	b.log = nil
	return b
}

func (b *bench) became(want string) {
	b.Helper()
	if got := strings.Join(b.log, ", "); got != want {
		b.Fatalf("got %q, want %q", got, want)
	}
	b.log = nil
}

func TestAnIdleNodeLooksEveryThreeSecondsAndAtEachRing(t *testing.T) {
	b := newBench(t, 2)
	b.step()
	r := b.take(bus.SubjectClaim)
	var c bus.Claim
	if err := bus.Decode(r.payload, &c); err != nil || c.Slots != 2 || !slices.Equal(c.Kinds, []string{"Garden"}) {
		t.Fatalf("%+v, %v", c, err)
	}
	b.pass(time.Minute)
	b.quiet() // one claim at a time
	r.reply(t, bus.ClaimAnswer{})
	if wait := b.step(); wait < 2700*time.Millisecond || wait > 3300*time.Millisecond {
		t.Fatalf("looks again in %v", wait)
	}
	b.pass(2 * time.Second)
	b.quiet()
	b.pass(1500 * time.Millisecond)
	b.take(bus.SubjectClaim).silence()
	b.pass(time.Second)
	b.quiet()
	b.Ring()
	b.step()
	b.take(bus.SubjectClaim)
}

func TestAnAccountThatAsksToWaitIsLeftAloneButNotForEver(t *testing.T) {
	b := newBench(t, 1)
	b.step()
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{WaitMS: 60_000})
	b.pass(50 * time.Second)
	b.quiet()
	b.pass(20 * time.Second)
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{WaitMS: 1 << 62})
	b.pass(12 * time.Minute)
	b.take(bus.SubjectClaim)
}

func TestOnlyFreeSlotsAreClaimed(t *testing.T) {
	b := newBench(t, 2)
	b.step()
	b.take(bus.SubjectClaim).reply(t, grants(1))
	b.became("start 1")
	b.step()
	r := b.take(bus.SubjectClaim)
	var c bus.Claim
	if err := bus.Decode(r.payload, &c); err != nil || c.Slots != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	r.reply(t, grants(2))
	b.became("start 2")
	b.step()
	b.quiet()
	b.Ended(ref(1))
	b.step()
	b.take(bus.SubjectClaim) // its slot is free, though it is held until its receipt
	if b.Held() != 2 || b.Busy() != 1 {
		t.Fatalf("held %d, busy %d", b.Held(), b.Busy())
	}
}

func TestAGrantThatCameTwiceStartsOnce(t *testing.T) {
	b := newBench(t, 3)
	b.step()
	b.take(bus.SubjectClaim).reply(t, grants(1, 1))
	b.became("start 1")
	if b.Busy() != 1 {
		t.Fatalf("busy %d", b.Busy())
	}
}

func TestRenewalsNameAllThatIsHeldEveryTwoSeconds(t *testing.T) {
	b := working(t, 2, 7, 5)
	b.pass(1700 * time.Millisecond)
	b.quiet()
	b.pass(600 * time.Millisecond)
	r := b.take(bus.SubjectRenew)
	var m bus.Renew
	if err := bus.Decode(r.payload, &m); err != nil || !slices.Equal(m.Attempts, []bus.AttemptRef{ref(5), ref(7)}) {
		t.Fatalf("%+v, %v", m, err)
	}
	b.pass(time.Minute)
	b.quiet() // one renewal at a time
	r.reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictGo, bus.VerdictSuperseded}})
	b.became("stop 7 3")
	if b.Held() != 1 || b.Busy() != 1 || b.Silent() {
		t.Fatalf("held %d, busy %d, silent %v", b.Held(), b.Busy(), b.Silent())
	}
}

func TestSilenceIsNotAnAnswer(t *testing.T) {
	b := working(t, 1, 1)
	for i := range 50 {
		b.pass(2500 * time.Millisecond)
		r := b.take(bus.SubjectRenew)
		switch i % 3 {
		case 0:
			r.silence()
		case 1:
			r.reply(t, bus.RenewAnswer{}) // of other attempts
		case 2:
			r.answered([]byte("garbage"), nil)
		}
		if !b.Silent() {
			t.Fatal("the account said nothing, and what is held may leave")
		}
	}
	b.became("")
	b.pass(time.Second)
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictGo}})
	if b.became(""); b.Silent() || b.Held() != 1 {
		t.Fatalf("silent %v, held %d", b.Silent(), b.Held())
	}
}

func TestAVerdictOnWhatWasReleasedMeanwhileIsNothing(t *testing.T) {
	b := working(t, 1, 1)
	b.pass(3 * time.Second)
	r := b.take(bus.SubjectRenew)
	b.Release(ref(1))
	r.reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictEnded}})
	b.became("")
	if b.Held() != 0 || b.Busy() != 0 {
		t.Fatalf("held %d, busy %d", b.Held(), b.Busy())
	}
}

func TestAnEndingNodeClaimsNoMoreAndRenewsOn(t *testing.T) {
	b := newBench(t, 2)
	b.step()
	r := b.take(bus.SubjectClaim)
	b.Hold([]bus.AttemptRef{ref(9)})
	b.ClaimNoMore()
	r.reply(t, grants(1)) // granted too late
	b.became("")
	b.step()
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictGo}})
	b.Ring()
	b.pass(2500 * time.Millisecond)
	b.take(bus.SubjectRenew)
}

// claimed is how many slots a claim asks for.
func (r request) claimed(t *testing.T) int {
	t.Helper()
	var c bus.Claim
	if err := bus.Decode(r.payload, &c); err != nil {
		t.Fatal(err)
	}
	return c.Slots
}

var drain = bus.Orders{Drain: true}

func TestADrainedNodeFinishesWhatItHoldsAndClaimsNoSlots(t *testing.T) {
	b := newBench(t, 2)
	b.step()
	b.take(bus.SubjectClaim).reply(t, grants(1))
	b.step()
	late := b.take(bus.SubjectClaim) // for the slot that is left
	b.AskOrders()
	b.step()
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictGo}, Orders: drain})
	if b.Drained() {
		t.Fatal("a claim of before can still bring work")
	}
	a := grants(2)
	a.Orders = drain
	late.reply(t, a) // granted before the order: it is the node's
	b.became("start 1, start 2")
	if !b.Drained() || b.Busy() != 2 {
		t.Fatalf("drained %v with %d at work", b.Drained(), b.Busy())
	}
	b.Ring()
	b.pass(2500 * time.Millisecond)
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictGo, bus.VerdictGo}, Orders: drain})
	b.Release(ref(1))
	b.Release(ref(2))
	b.pass(4 * time.Second)
	r := b.take(bus.SubjectClaim)
	if n := r.claimed(t); n != 0 {
		t.Fatalf("a drained node claims %d slots", n)
	}
	r.reply(t, bus.ClaimAnswer{Orders: drain})
	b.pass(time.Second)
	b.quiet()
	b.pass(4 * time.Second)
	b.take(bus.SubjectClaim).silence() // silence is no order
	if !b.Drained() {
		t.Fatal("an answer that did not come resumed the node")
	}
	b.pass(4 * time.Second)
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{})
	b.step()
	if r = b.take(bus.SubjectClaim); b.Drained() || r.claimed(t) != 2 {
		t.Fatalf("resumed, it claims %d slots", r.claimed(t))
	}
}

func TestAKeyThatWasMadeIsNotAskedForUntilAnAnswerSaysSo(t *testing.T) {
	b := newBench(t, 1)
	b.Step(b.now)
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{Orders: bus.Orders{NewKey: true, Drain: true}})
	if !b.NewKey() {
		t.Fatal("the order was not heard")
	}
	b.KeyMade()
	if b.NewKey() || !b.Drained() {
		t.Fatal("the order stands, or took another along")
	}
	b.Step(b.now)
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{Orders: bus.Orders{NewKey: true}})
	if !b.NewKey() {
		t.Fatal("another one was not heard")
	}
}

func TestAWordThatOrdersChangedChangesNothingByItself(t *testing.T) {
	b := newBench(t, 1)
	b.step()
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{Orders: drain})
	b.AskOrders() // late, doubled or lost: only the answer counts
	b.step()
	b.take(bus.SubjectClaim).reply(t, bus.ClaimAnswer{Orders: drain})
	if !b.Drained() {
		t.Fatal("not drained any more")
	}
}

func TestAttemptsOfAnEarlierLifeAreOfferedFirstAndTakeNoSlot(t *testing.T) {
	b := newBench(t, 1)
	b.Hold([]bus.AttemptRef{ref(3)})
	if !b.Silent() {
		t.Fatal("nothing may leave before the account has said what is still current")
	}
	b.step()
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: []bus.Verdict{bus.VerdictSuperseded}})
	b.step()
	b.take(bus.SubjectClaim)
	if b.became("stop 3 3"); b.Silent() || b.Busy() != 0 {
		t.Fatalf("silent %v, busy %d", b.Silent(), b.Busy())
	}
}

func TestANodeThatHoldsMoreThanARenewalNamesClaimsNoMore(t *testing.T) {
	b := newBench(t, 1)
	var refs []bus.AttemptRef
	for i := range int64(maxHeld) {
		refs = append(refs, ref(i))
	}
	b.Hold(refs)
	b.step()
	b.take(bus.SubjectRenew).reply(t, bus.RenewAnswer{Verdicts: slices.Repeat([]bus.Verdict{bus.VerdictGo}, maxHeld)})
	b.step()
	b.quiet()
	b.Release(ref(0))
	b.step()
	b.take(bus.SubjectClaim)
}
