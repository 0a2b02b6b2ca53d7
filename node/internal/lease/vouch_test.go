package lease

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
)

// asking answers each claim with the question whether two sources are here.
type asking struct {
	t      *testing.T
	claims []bus.Claim
}

func (a *asking) Request(_ bus.Subject, payload []byte, answered func([]byte, error)) {
	var c bus.Claim
	if err := bus.Decode(payload, &c); err != nil {
		a.t.Fatal(err)
	}
	a.claims = append(a.claims, c)
	b, err := bus.Encode(bus.ClaimAnswer{V: bus.Version, Locals: []bus.Local{{Source: "files"}, {Source: "mail"}}})
	answered(b, err)
}

func TestANodeNamesTheSourcesThatItVouchesFor(t *testing.T) {
	link := &asking{t: t}
	var asked [][]bus.Local
	var answer func([]string)
	m := New(Config{
		Slots: 1, Look: 3 * time.Second, Renew: time.Second,
		Vouch: func(list []bus.Local, done func([]string)) { asked, answer = append(asked, list), done },
	}, link, idle{}, rand.New(rand.NewPCG(1, 2)), slog.New(slog.DiscardHandler))
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m.Step(now)
	if len(asked) != 1 || len(asked[0]) != 2 || len(link.claims[0].Locals) != 0 {
		t.Fatalf("asked %v, claimed %+v", asked, link.claims)
	}
	m.Ring()
	m.Step(now.Add(time.Millisecond))
	if len(asked) != 1 {
		t.Error("it asks again while a check is under way")
	}
	answer([]string{"files"})
	m.Step(now.Add(2 * time.Millisecond))
	if last := link.claims[len(link.claims)-1]; !slices.Equal(last.Locals, []string{"files"}) {
		t.Errorf("the next claim names %v", last.Locals)
	}
	answer(nil)
	m.Step(now.Add(2 * vouchFor))
	if last := link.claims[len(link.claims)-1]; len(last.Locals) != 0 {
		t.Errorf("a check stands for ever: %v", last.Locals)
	}
}
