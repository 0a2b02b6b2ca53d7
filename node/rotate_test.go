package node

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/policy"
	"github.com/purlieu/purlieu/node/internal/witness"
)

// orders is an account that answers claims with an order for a new key, once.
type orders struct {
	node *Node
	said bool
}

func (o *orders) Request(subject bus.Subject, _ []byte, answered func([]byte, error)) {
	if subject != bus.SubjectClaim || o.said {
		return
	}
	o.said = true
	text, err := bus.Encode(bus.ClaimAnswer{V: bus.Version, Orders: bus.Orders{NewKey: true}})
	o.node.Post(func() { answered(text, err) })
}

// turning makes a process that can do nothing but replace its key, by rotate. stop ends its loop and counts the keys in its ledger.
func turning(t *testing.T, rotate func(record func(string, []byte) error) error) (p *process, stop func() int) {
	t.Helper()
	link := &orders{}
	n, entries := lone(t, link)
	link.node = n
	log := slog.New(slog.DiscardHandler)
	p = &process{node: n, log: log, rotation: rotation{turn: make(chan struct{}, 1)}, witnesses: witness.New("edge--one", time.Now, log, func(uint64) {})}
	p.o = ProcessOptions{StateDir: t.TempDir(), Rotate: func(_ context.Context, record func(string, []byte) error) error { return rotate(record) }}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx, time.Now) }()
	t.Cleanup(cancel)
	return p, func() int {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		return entries(outbox.EntryKey)
	}
}

// newKey asks the loop whether the account's order for a new key stands.
func newKey(p *process) bool {
	answer := make(chan bool)
	p.node.Post(func() { answer <- p.node.leases.NewKey() })
	return <-answer
}

// look has the process look whether a new key is asked for, as if it had rested, and waits for what follows.
func look(t *testing.T, p *process, ordered bool) {
	p.rotation.over = time.Time{}
	lookAgain(t, p, ordered)
}

func lookAgain(t *testing.T, p *process, ordered bool) {
	p.rotateIfAsked(t.Context(), &console.Status{Connected: true, NewKey: ordered})
	p.others.Wait()
}

func TestARotationThatFailsRestsLongerAndIsRecordedOnce(t *testing.T) {
	tries, key := 0, "one"
	p, stop := turning(t, func(record func(string, []byte) error) error {
		tries++
		return errors.Join(record("a new key: "+key, []byte{byte(tries)}), errors.New("the account is older"))
	})
	for i := range 12 {
		look(t, p, true)
		lookAgain(t, p, true) // it rests
		want := min(rotateRest<<i, rotateRestMost)
		if tries != i+1 || p.rotation.rest != want {
			t.Fatalf("after %d tries it rests %s, want %s", tries, p.rotation.rest, want)
		}
	}
	look(t, p, false) // it is not asked for any more
	key = "two"
	look(t, p, true)
	if tries != 13 || p.rotation.rest != rotateRest {
		t.Errorf("%d tries; another one rests %s", tries, p.rotation.rest)
	}
	if keys := stop(); keys != 2 {
		t.Errorf("the ledger has %d entries of two keys", keys)
	}
}

func TestARotationWhoseWitnessIsAwayIsRecordedOnceAndSendsNothing(t *testing.T) {
	sent := 0
	p, stop := turning(t, func(record func(string, []byte) error) error {
		if err := record("a new key", nil); err != nil {
			return err
		}
		sent++
		return nil
	})
	p.witnesses.Use([]policy.Witness{{File: filepath.Join(t.TempDir(), "away", "heads.log"), Required: true}})
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		p.rotate(ctx)
		cancel()
	}
	if keys := stop(); sent > 0 || keys != 1 {
		t.Errorf("%d left; the ledger has %d", sent, keys)
	}
}

func TestAKeyThatWasMadeIsNotMadeAgain(t *testing.T) {
	tries := 0
	p, _ := turning(t, func(func(string, []byte) error) error {
		tries++
		return nil
	})
	for end := time.Now().Add(30 * time.Second); !newKey(p); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the account's order was not heard")
		}
	}
	begun := time.Now()
	look(t, p, true)
	if newKey(p) {
		t.Error("the order stands, though it is done")
	}
	lookAgain(t, p, true) // a status of before
	if tries != 1 || p.rotation.over.Before(begun) || p.rotation.rest != rotateRest {
		t.Errorf("%d tries: %+v", tries, p.rotation.rest)
	}
}

func TestAWishThatCantBeReadDoesNotKeepTheAccountsOrderFromBeingDone(t *testing.T) {
	tries := 0
	p, _ := turning(t, func(func(string, []byte) error) error {
		tries++
		return nil
	})
	if err := os.Mkdir(filepath.Join(p.o.StateDir, "rotate"), 0o700); err != nil {
		t.Fatal(err)
	}
	look(t, p, false)
	lookAgain(t, p, false)
	if tries != 0 || p.rotation.rest != rotateRest {
		t.Fatalf("%d tries, and a rest of %s", tries, p.rotation.rest)
	}
	look(t, p, true)
	if tries != 1 {
		t.Errorf("%d tries", tries)
	}
}
