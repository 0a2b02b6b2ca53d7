package gate

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/endpoint"
	"github.com/purlieu/purlieu/server/internal/store/docstest"
)

func newGate(t *testing.T, st *docstest.Store) (*Service, *time.Time) {
	t.Helper()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), st, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return s, &now
}

func from(i int) Arrival {
	return Arrival{Door: endpoint.DoorAccount, Public: true, Peer: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 9)}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	s, now := newGate(t, &docstest.Store{})
	if _, err := s.Put(t.Context(), Policy{Access: endpoint.PrivateOnly}, 0, "user:ada"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * recentKept {
		*now = now.Add(time.Second)
		if allow, reason := s.Admit(nil, from(i)); allow || reason == "" {
			t.Fatal("a public arrival came in")
		}
	}
	refusals := s.Refusals(1000)
	if len(refusals) != refusalsKept || refusals[0].Peer != from(3*recentKept-1).Peer.Addr() || !refusals[0].At.After(refusals[1].At) {
		t.Errorf("%d refusals, the newest of %v", len(refusals), refusals[0])
	}
	tried := s.Try(Policy{})
	if len(tried) != recentKept || !tried[0].Allow || tried[0].Arrival.Peer.Addr() != from(3*recentKept-1).Peer.Addr() {
		t.Errorf("%d are remembered, the newest %+v", len(tried), tried[0])
	}
}

func TestAnotherReplicasPolicyCountsAfterARefresh(t *testing.T) {
	st := &docstest.Store{}
	one, _ := newGate(t, st)
	two, _ := newGate(t, st)
	ours, theirs := net.Pipe()
	defer ours.Close()
	live := two.Track(theirs)
	if allow, _ := two.Admit(live, from(1)); !allow {
		t.Fatal("refused without a policy")
	}
	if _, err := one.Put(t.Context(), Policy{Access: endpoint.PrivateOnly}, 0, "user:ada"); err != nil {
		t.Fatal(err)
	}
	if err := two.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = ours.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := ours.Read(make([]byte, 1)); err == nil || err.Error() != "EOF" {
		t.Error("the connection lives on:", err)
	}
	if allow, _ := two.Admit(nil, from(1)); allow {
		t.Error("the other replica does not know the policy")
	}
	if _, err := two.Put(t.Context(), Policy{}, 0, "user:bob"); fault.CodeOf(err) != "PolicyChanged" {
		t.Error(err)
	}
	v, err := two.Policy(t.Context())
	if err != nil || v.By != "user:ada" || v.Version != 1 {
		t.Error(v, err)
	}
}

func TestAConnectionIsForgottenWhenItIsClosed(t *testing.T) {
	s, _ := newGate(t, &docstest.Store{})
	ours, theirs := net.Pipe()
	defer ours.Close()
	c := s.Track(theirs)
	s.Admit(c, from(1))
	if tried := s.Try(Policy{}); len(tried) != 1 || tried[0].Live != 1 {
		t.Fatalf("%+v", tried)
	}
	_ = c.Close()
	_ = c.Close()
	if tried := s.Try(Policy{}); len(tried) != 1 || tried[0].Live != 0 {
		t.Fatalf("%+v", tried)
	}
}

func TestAPolicyThatCanNotBeAppliedIsRefused(t *testing.T) {
	s, _ := newGate(t, &docstest.Store{})
	for _, p := range []Policy{{Access: 9}, {Rules: make([]Rule, MaxRules+1)}, {Rules: []Rule{{Door: "cellar"}}}} {
		if _, err := s.Put(t.Context(), p, 0, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d rules: %v", len(p.Rules), err)
		}
	}
}
