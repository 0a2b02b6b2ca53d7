package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// intruder is a bare client that comes through a door with a node's token and tries what our client never would.
type intruder struct {
	t    *testing.T
	nc   *natsclient.Conn
	last string // error of the connection, when it was looked at
}

func (a *account) intrude(t *testing.T, path, token string, more ...natsclient.Option) (*intruder, error) {
	t.Helper()
	in := &intruder{t: t}
	opts := append([]natsclient.Option{natsclient.Token(token), natsclient.NoReconnect(), natsclient.Timeout(30 * time.Second)}, more...)
	nc, err := natsclient.Connect(strings.Replace(a.http.URL, "http", "ws", 1)+path, opts...)
	if err != nil {
		return nil, err
	}
	in.nc = nc
	t.Cleanup(nc.Close)
	return in, nil
}

// refused reports whether the server refused what was done since the last call: it says so before it answers the flush.
func (in *intruder) refused() bool {
	in.t.Helper()
	if err := in.nc.Flush(); err != nil {
		in.t.Fatal(err)
	}
	before, err := in.last, in.nc.LastError()
	in.last = fmt.Sprint(err) // it names what was done, and to which subject
	return in.last != before && errors.Is(err, natsclient.ErrPermissionViolation)
}

func TestANodeMayDoWhatTheTableSaysAndNothingElse(t *testing.T) {
	a := newAccount(t, echo, false)
	token, _ := a.enrol("pool--one", time.Hour)
	all := []bus.Subject{
		bus.SubjectClaim, bus.SubjectRenew, bus.SubjectBeat, bus.SubjectKind, bus.SubjectBatch, bus.SubjectDone, bus.SubjectBase,
		bus.SubjectAsk, bus.SubjectTell, bus.SubjectRing,
	}
	names := []string{"pool--one", "pool--two", "pool", "lake", "*", ">"}
	allowed := map[string][]string{ // written by hand, so that the table is not its own judge
		"/bus pub":        {"claim.pool--one", "renew.pool--one", "beat.pool--one", "kind.pool--one"},
		"/bus sub":        {"ask.pool--one", "tell.pool--one", "ring.pool", "_INBOX.pool--one.x", "_INBOX.pool--one.>"},
		"/ingest/bus pub": {"batch.pool--one", "done.pool--one", "base.pool--one"},
		"/ingest/bus sub": {"_INBOX.pool--one.x", "_INBOX.pool--one.>"},
	}
	for _, door := range []string{"/bus", "/ingest/bus"} {
		in, err := a.intrude(t, door, token)
		if err != nil {
			t.Fatal(err)
		}
		subjects := []string{">", "*", "*.*", "_INBOX.>", "_INBOX.*.x", "_INBOX.pool--one.x", "_INBOX.pool--one.>", "_INBOX.pool--two.x", "_ANSWER.>", "_ANSWER.x.y", "$SYS.>", "$SYS.REQ.SERVER.PING"}
		for _, s := range all {
			for _, n := range names {
				subjects = append(subjects, string(s)+"."+n)
			}
		}
		for _, subject := range subjects {
			may := func(what string) bool {
				for _, s := range allowed[door+" "+what] {
					if s == subject {
						return true
					}
				}
				return false
			}
			sub, err := in.nc.SubscribeSync(subject)
			if err != nil {
				t.Fatal(err)
			}
			if in.refused() == may("sub") {
				t.Errorf("%s: subscribe to %s: allowed is %v", door, subject, !may("sub"))
			}
			_ = sub.Unsubscribe()
			if strings.ContainsAny(subject, "*>") {
				continue
			}
			if err := in.nc.Publish(subject, nil); err != nil {
				t.Fatal(err)
			}
			if in.refused() == may("pub") {
				t.Errorf("%s: publish %s: allowed is %v", door, subject, !may("pub"))
			}
		}
	}
}

func TestAnAnswerCanNotBeSentToANeighbour(t *testing.T) {
	a := newAccount(t, echo, false)
	victimToken, _ := a.enrol("pool--two", time.Hour)
	victim, err := a.intrude(t, "/bus", victimToken)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *natsclient.Msg, 10)
	for _, s := range []string{"_INBOX.pool--two.>", "tell.pool--two", "ask.pool--two"} {
		if _, err := victim.nc.ChanSubscribe(s, got); err != nil {
			t.Fatal(err)
		}
	}
	if victim.refused() {
		t.Fatal("the victim may not listen")
	}
	token, _ := a.enrol("pool--one", time.Hour)
	in, err := a.intrude(t, "/bus", token)
	if err != nil {
		t.Fatal(err)
	}
	for _, reply := range []string{"_INBOX.pool--two.x", "tell.pool--two", "ask.pool--two", "_INBOX.pool--one", "claim.pool--two"} {
		if err := in.nc.PublishRequest("claim.pool--one", reply, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 3*time.Second, func() bool { return a.bus.Stats().Malformed == 5 })
	if len(got) != 0 {
		t.Errorf("the neighbour was sent %q", (<-got).Subject)
	}
}

func TestOnlyADoorAdmits(t *testing.T) {
	a := newAccount(t, echo, false)
	token, _ := a.enrol("pool--one", time.Hour)
	loopback := strings.Replace(a.bus.up.Load().backend.String(), "http", "ws", 1)
	for name, opts := range map[string][]natsclient.Option{
		"the loopback port":       {natsclient.Token(token)},
		"a mark of its own":       {natsclient.UserInfo("ingestion", token)},
		"a cookie of its own":     {natsclient.Token(token), natsclient.WebSocketConnectionHeaders(http.Header{"Cookie": {markCookie + "=ingestion"}})},
		"no credentials whatever": {},
	} {
		nc, err := natsclient.Connect(loopback, append(opts, natsclient.NoReconnect())...)
		if err == nil {
			nc.Close()
			t.Errorf("%s: admitted", name)
		}
	}
	// Through a door, a cookie or user name of the client must not change which door it is.
	in, err := a.intrude(t, "/bus", token, natsclient.WebSocketConnectionHeaders(http.Header{"Cookie": {markCookie + "=" + a.bus.gate.ingestion}}))
	if err != nil {
		t.Fatal(err)
	}
	if err := in.nc.Publish("batch.pool--one", nil); err != nil {
		t.Fatal(err)
	}
	if !in.refused() {
		t.Error("a cookie of the client chose the door")
	}
	if _, err := a.intrude(t, "/bus", "", natsclient.UserInfo("account", token)); err == nil {
		t.Error("a user name of the client was admitted")
	}
}

func TestAWrongOrExpiredTokenIsRefused(t *testing.T) {
	a := newAccount(t, echo, true)
	for name, give := range map[string]func() (string, time.Time){
		"wrong":   func() (string, time.Time) { return "guessed", time.Now().Add(time.Hour) },
		"expired": func() (string, time.Time) { return a.enrol("pool--one", -time.Second) },
		"nobody":  func() (string, time.Time) { return a.enrol("pool--one.>", time.Hour) },
	} {
		cfg := a.config("pool--one", time.Hour)
		cfg.Token = func(context.Context) (string, time.Time, error) {
			token, expires := give()
			return token, expires, nil
		}
		c := a.dial(cfg)
		eventually(t, 3*time.Second, func() bool { return fault.CodeOf(c.Trouble()) == "TokenRefused" }, c.Trouble)
		if got := roundTrip(t, c, bus.SubjectClaim, nil); !fault.Is(got.err, fault.Unreachable) {
			t.Errorf("%s: %v", name, got.err)
		}
	}
	if a.bus.Stats().Refused == 0 || a.bus.Stats().Nodes != 0 {
		t.Errorf("%+v", a.bus.Stats())
	}
}

func TestTheServerCutsAConnectionWhenItsTokenEnds(t *testing.T) {
	a := newAccount(t, echo, false)
	token, _ := a.enrol("pool--one", 2*time.Second) // in which it comes in
	in, err := a.intrude(t, "/bus", token)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, 2*time.Second, in.nc.IsClosed)
}

func TestRevocationCutsAtOnceAndKeepsTheNodeOut(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, true)
	token, expires := a.enrol("pool--one", time.Hour)
	cfg := a.config("pool--one", time.Hour)
	cfg.Token = func(context.Context) (string, time.Time, error) { return token, expires, nil }
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected)
	other := a.node("pool--two")
	a.revoke("pool--one")
	began := time.Now()
	a.bus.Disconnect("pool--one")
	eventually(t, time.Second, func() bool {
		return !c.Connected() && roundTrip(t, c, bus.SubjectClaim, nil).err != nil && roundTrip(t, c, bus.SubjectBatch, nil).err != nil
	})
	t.Logf("cut after %s", time.Since(began))
	eventually(t, 2*time.Second, func() bool { return fault.CodeOf(c.Trouble()) == "TokenRefused" }, c.Trouble)
	if !other.Connected() {
		t.Error("another node was cut too")
	}
	eventually(t, 2*time.Second, func() bool { return a.bus.Stats().Nodes == 1 })
}

func TestARevocationDuringAdmissionIsNotMissed(t *testing.T) {
	a := newAccount(t, echo, false)
	token, _ := a.enrol("pool--one", time.Hour)
	looking, goOn := make(chan struct{}, 10), make(chan struct{})
	plain := a.bus.gate.authenticate
	a.bus.gate.authenticate = func(tok string) (Identity, error) {
		id, err := plain(tok) // the token is still good
		looking <- struct{}{}
		<-goOn
		return id, err
	}
	admitted := make(chan error, 1)
	go func() {
		_, err := a.intrude(t, "/bus", token)
		admitted <- err
	}()
	<-looking
	a.revoke("pool--one")
	a.bus.Disconnect("pool--one") // finds no connection yet
	close(goOn)
	if err := <-admitted; err == nil {
		t.Error("a node that was revoked while it came in is in")
	}
}

func TestMarksAndTokensStayOutOfTheLog(t *testing.T) {
	var log strings.Builder
	g := newGate(nil, quiet(), time.Now)
	l := &serverLog{log: textLog(&log), hide: hider(g)}
	l.Fatalf("user %q at %s", g.ingestion, g.inside)
	if s := log.String(); strings.Contains(s, g.ingestion) || strings.Contains(s, g.inside) || !strings.Contains(s, "[secret]") {
		t.Error(s)
	}
}
