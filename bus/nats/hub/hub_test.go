package hub

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/fault"
)

func TestEachSubjectIsAnsweredThroughItsDoor(t *testing.T) {
	for _, secure := range []bool{false, true} {
		name := map[bool]string{false: "plain", true: "TLS"}[secure]
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			a := newAccount(t, echo, secure)
			c := a.node("pool--one")
			for _, s := range []bus.Subject{bus.SubjectClaim, bus.SubjectRenew, bus.SubjectBeat, bus.SubjectKind, bus.SubjectBatch, bus.SubjectDone, bus.SubjectBase} {
				got := roundTrip(t, c, s, []byte("hello"))
				if got.err != nil || string(got.data) != "pool--one "+string(s)+" hello" {
					t.Errorf("%s: %q, %v", s, got.data, got.err)
				}
			}
			if n := a.bus.Stats(); n.Nodes != 1 || n.Requests[bus.SubjectBatch] != 1 {
				t.Errorf("stats: %+v", n)
			}
		})
	}
}

func TestHTTP2CoexistsOnThePort(t *testing.T) {
	a := newAccount(t, echo, true)
	a.node("pool--one")
	res, err := a.http.Client().Get(a.http.URL + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.ProtoMajor != 2 {
		t.Errorf("the port spoke %s beside the bus", res.Proto)
	}
	res, err = a.http.Client().Get(a.http.URL + "/bus")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a plain request got %d", res.StatusCode)
	}
}

func TestAMessageOfFullSizePasses(t *testing.T) {
	a := newAccount(t, echo, true)
	c := a.node("pool--one")
	body := bytes.Repeat([]byte("x"), nats.MaxMessage-100)
	got := roundTrip(t, c, bus.SubjectBatch, body)
	if got.err != nil || !bytes.HasSuffix(got.data, body) {
		t.Fatalf("%d bytes, %v", len(got.data), got.err)
	}
	if got := roundTrip(t, c, bus.SubjectBatch, make([]byte, nats.MaxMessage+1)); !fault.Is(got.err, fault.Invalid) {
		t.Errorf("too large: %v", got.err)
	}
	if got := roundTrip(t, c, bus.SubjectTell, nil); !fault.Is(got.err, fault.Invalid) {
		t.Errorf("a subject of the account: %v", got.err)
	}
}

func TestAHandlersErrorIsNoAnswer(t *testing.T) {
	a := newAccount(t, func(context.Context, string, bus.Subject, []byte) ([]byte, error) { return nil, errors.New("disk") }, false)
	cfg := a.config("pool--one", time.Hour)
	cfg.Timeout = 300 * time.Millisecond
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected)
	got := roundTrip(t, c, bus.SubjectRenew, nil)
	if fault.CodeOf(got.err) != "TimedOut" || !fault.Is(got.err, fault.Unreachable) {
		t.Errorf("%v", got.err)
	}
	if a.bus.Stats().Failed != 1 {
		t.Errorf("stats: %+v", a.bus.Stats())
	}
}

func TestRequestsWithoutAConnectionAreUnreachableAtOnce(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, false)
	a.down()
	cfg := a.config("pool--one", time.Hour)
	cfg.Timeout = time.Minute
	c := a.dial(cfg)
	began := time.Now()
	got := roundTrip(t, c, bus.SubjectClaim, nil)
	if !fault.Is(got.err, fault.Unreachable) || time.Since(began) > 15*time.Second {
		t.Errorf("%v after %s", got.err, time.Since(began))
	}
	eventually(t, 3*time.Second, func() bool { return fault.CodeOf(c.Trouble()) == "NoBus" }, c.Trouble)
}

func TestAnswersComeOnceThoughTheConnectionBreaks(t *testing.T) {
	noLeaks(t)
	release := make(chan struct{})
	a := newAccount(t, func(ctx context.Context, _ string, _ bus.Subject, p []byte) ([]byte, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return p, nil
	}, false)
	c := a.node("pool--one")
	var answers, unreachable atomic.Int32
	const n = 200
	for range n {
		c.Request(bus.SubjectRenew, []byte("x"), func(_ []byte, err error) {
			answers.Add(1)
			if fault.Is(err, fault.Unreachable) {
				unreachable.Add(1)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	a.bus.Disconnect("pool--one") // the token still holds: it comes back
	eventually(t, 2*time.Second, func() bool { return answers.Load() == n })
	close(release)
	eventually(t, 5*time.Second, c.Connected, c.Trouble)
	if got := roundTrip(t, c, bus.SubjectRenew, []byte("again")); got.err != nil {
		t.Error(got.err)
	}
	if answers.Load() != n || unreachable.Load() != n {
		t.Errorf("%d answers, %d unreachable, of %d requests", answers.Load(), unreachable.Load(), n)
	}
}

func TestTheClientComesBackAfterARestart(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, true)
	c := a.node("pool--one")
	a.down()
	eventually(t, 3*time.Second, func() bool { return !c.Connected() })
	a.up(echo)
	eventually(t, 3*time.Second, c.Connected, c.Trouble)
	if got := roundTrip(t, c, bus.SubjectBatch, []byte("x")); got.err != nil {
		t.Error(got.err)
	}
}

func TestAStopFinishesWhatIsUnderWay(t *testing.T) {
	began := make(chan struct{})
	a := newAccount(t, func(_ context.Context, _ string, _ bus.Subject, p []byte) ([]byte, error) {
		close(began)
		time.Sleep(200 * time.Millisecond)
		return p, nil
	}, false)
	c := a.node("pool--one")
	got := make(chan answer, 1)
	c.Request(bus.SubjectBatch, []byte("x"), func(d []byte, err error) { got <- answer{d, err} })
	<-began
	a.down()
	if r := <-got; r.err != nil || string(r.data) != "x" {
		t.Errorf("%q, %v", r.data, r.err)
	}
}

func TestARingATellAndAnAskReachTheNode(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, true)
	rings, tells := make(chan string, 10), make(chan bus.Tell, 10)
	for _, node := range []string{"pool--one", "pool--two", "lake--one"} {
		cfg := a.config(node, time.Hour)
		cfg.OnRing = func() { rings <- node }
		cfg.OnTell = func(o bus.Tell) { tells <- o }
		cfg.OnAsk = func(_ context.Context, q bus.Ask) bus.Answer { return bus.Answer{V: 1, Text: node + " " + q.Kind} }
		c := a.dial(cfg)
		eventually(t, 5*time.Second, c.Connected)
	}
	a.bus.Ring("pool")
	first, second := <-rings, <-rings
	if first == second || !strings.HasPrefix(first, "pool") || !strings.HasPrefix(second, "pool") {
		t.Errorf("rang at %s and %s", first, second)
	}
	a.bus.Tell("lake--one", bus.Tell{V: 1, Kind: bus.TellStop, Attempts: []bus.AttemptRef{{Unit: 7, Attempt: 2}}})
	if o := <-tells; o.Kind != bus.TellStop || len(o.Attempts) != 1 || o.Attempts[0].Unit != 7 {
		t.Errorf("told %+v", o)
	}
	got, err := a.bus.Ask(context.Background(), "pool--two", bus.Ask{V: 1, Kind: "PostgreSql"})
	if err != nil || got.Text != "pool--two PostgreSql" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := a.bus.Ask(context.Background(), "pool--three", bus.Ask{}); fault.CodeOf(err) != "NodeAway" {
		t.Errorf("a node that is not there: %v", err)
	}
	if len(rings)+len(tells) != 0 {
		t.Error("a call arrived twice")
	}
}

func TestASilentNodeDoesNotHoldAnAskForEver(t *testing.T) {
	a := newAccount(t, echo, false)
	cfg := a.config("pool--one", time.Hour)
	cfg.OnAsk = func(ctx context.Context, _ bus.Ask) bus.Answer { <-ctx.Done(); return bus.Answer{} }
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := a.bus.Ask(ctx, "pool--one", bus.Ask{}); fault.CodeOf(err) != "NodeSilent" {
		t.Error(err)
	}
}

func TestATokenIsReplacedBeforeItEnds(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, true)
	c := a.dial(a.config("pool--one", 2*time.Second))
	eventually(t, 5*time.Second, c.Connected, c.Trouble)
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, s := range []bus.Subject{bus.SubjectRenew, bus.SubjectBatch} {
			if got := roundTrip(t, c, s, []byte("x")); got.err != nil {
				t.Fatalf("while tokens changed: %v", got.err)
			}
		}
	}
}

func TestBatchesDoNotHoldUpRenewals(t *testing.T) {
	block := make(chan struct{})
	a := newAccount(t, func(ctx context.Context, _ string, s bus.Subject, p []byte) ([]byte, error) {
		if s == bus.SubjectBatch {
			<-block
		}
		return p, nil
	}, false)
	defer close(block)
	cfg := a.config("pool--one", time.Hour)
	cfg.Timeout = 15 * time.Second
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected, c.Trouble)
	for range 30 { // none is answered before the test ends
		c.Request(bus.SubjectBatch, make([]byte, 1<<20), func([]byte, error) {})
	}
	time.Sleep(300 * time.Millisecond)
	if got := roundTrip(t, c, bus.SubjectRenew, []byte("x")); got.err != nil {
		t.Errorf("a renewal beside 30 MiB of batches: %v", got.err)
	}
}
