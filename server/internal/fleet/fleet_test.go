package fleet_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/store"
)

// house is an account with a runtime "pool".
type house struct {
	*fleet.Service
	t      *testing.T
	m      *memory
	access *access.Service
	cfg    fleet.Config
	mu     sync.Mutex
	cut    []string
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, m: newMemory(t)}
	acfg := access.DefaultConfig()
	acfg.KeyFile = filepath.Join(t.TempDir(), "key")
	acfg.Live = fleet.Live
	var err error
	if h.access, err = access.Open(t.Context(), h.m, acfg); err != nil {
		t.Fatal(err)
	}
	h.cfg = fleet.DefaultConfig()
	h.cfg.Account = h.access.Account()
	h.cfg.ReceiptKey = h.access.ReceiptSigner().Public()
	h.cfg.Place = func() fleet.Place {
		return fleet.Place{Endpoint: "127.0.0.1:8443", Pin: "sha256:pin", AccountURL: "https://127.0.0.1:8443", IngestURL: "https://127.0.0.1:8443", Roots: "PEM"}
	}
	h.cfg.OnRevoke = func(node string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.cut = append(h.cut, node)
	}
	h.Service = h.replica()
	if _, created, err := h.PutRuntime(t.Context(), "pool", model.RuntimeSelfHosted, "a pool"); err != nil || !created {
		t.Fatal(created, err)
	}
	return h
}

func (h *house) replica() *fleet.Service {
	h.t.Helper()
	s, err := fleet.Open(h.t.Context(), h.m, h.access.Sealer(), h.access, h.cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (h *house) key(which fleet.KeyName) model.AuthKey {
	h.t.Helper()
	keys, err := h.ListAuthKeys(h.t.Context(), "pool")
	if err != nil {
		h.t.Fatal(err)
	}
	text := keys.Key1
	if which == fleet.AuthKey2 {
		text = keys.Key2
	}
	key, err := model.ParseAuthKey(text)
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

func request(key model.AuthKey, name string, public ed25519.PublicKey) model.EnrolRequest {
	return model.EnrolRequest{Runtime: key.Runtime, Account: key.Account, Secret: key.Secret, Name: name, PublicKey: public}
}

func (h *house) enrol(name string) (model.Enrolment, ed25519.PrivateKey) {
	h.t.Helper()
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	e, err := h.Enrol(h.t.Context(), request(h.key(fleet.AuthKey1), name, public))
	if err != nil {
		h.t.Fatal(err)
	}
	return e, private
}

func (h *house) token(s *fleet.Service, node string, private ed25519.PrivateKey) (string, error) {
	h.t.Helper()
	h.m.Pass(time.Millisecond)
	nonce, err := s.Nonce(h.t.Context(), node)
	if err != nil {
		return "", err
	}
	token, _, err := s.NodeToken(h.t.Context(), node, nonce, ed25519.Sign(private, model.NodeProof(node, nonce)))
	return token, err
}

func want(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("want %q, got %q: %v", code, fault.CodeOf(err), err)
	}
}

func TestRuntimes(t *testing.T) {
	h := build(t)
	ctx := t.Context()
	t.Run("the built-in one is there from the start, has no keys and stays", func(t *testing.T) {
		status, err := h.Status(ctx, model.BuiltInRuntime)
		if err != nil || status.Runtime.Kind != model.RuntimeManaged || status.State != fleet.Started {
			t.Fatal(status, err)
		}
		_, err = h.ListAuthKeys(ctx, model.BuiltInRuntime)
		want(t, err, "NoAuthKeys")
		want(t, h.DeleteRuntime(ctx, model.BuiltInRuntime, nil), "BuiltIn")
	})
	t.Run("a description changes, a kind does not", func(t *testing.T) {
		r, created, err := h.PutRuntime(ctx, "pool", model.RuntimeSelfHosted, "new")
		if err != nil || created || r.Description != "new" {
			t.Fatal(r, created, err)
		}
		_, _, err = h.PutRuntime(ctx, "pool", model.RuntimeManaged, "")
		want(t, err, "KindFixed")
		_, _, err = h.PutRuntime(ctx, "a--b", model.RuntimeManaged, "")
		want(t, err, "InvalidName")
	})
	t.Run("keys are not in the store in clear, and differ", func(t *testing.T) {
		a, b := h.key(fleet.AuthKey1), h.key(fleet.AuthKey2)
		if text, _ := h.m.nodes(t); a.Secret == b.Secret || strings.Contains(text, a.Secret) || !strings.Contains(text, "pool") {
			t.Fatal("the key is in the store")
		}
	})
	t.Run("deleting one cuts its nodes and refuses its keys", func(t *testing.T) {
		key := h.key(fleet.AuthKey1)
		e, private := h.enrol("n1")
		used := fault.New(fault.Conflict, "InUse", "used")
		want(t, h.DeleteRuntime(ctx, "pool", func(context.Context, store.Tx) error { return used }), "InUse")
		if err := h.DeleteRuntime(ctx, "pool", nil); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(h.cut, e.Node) {
			t.Fatal("the node was not cut")
		}
		_, err := h.token(h.Service, e.Node, private)
		want(t, err, "NodeNotEnrolled")
		_, err = h.Enrol(ctx, request(key, "n2", make([]byte, 32)))
		want(t, err, "KeyRefused")
	})
}

func TestEnrol(t *testing.T) {
	h := build(t)
	ctx := t.Context()
	public, _, _ := ed25519.GenerateKey(rand.Reader)
	t.Run("either key enrols any number of nodes", func(t *testing.T) {
		for i, which := range []fleet.KeyName{fleet.AuthKey1, fleet.AuthKey2, fleet.AuthKey1} {
			p, _, _ := ed25519.GenerateKey(rand.Reader)
			e, err := h.Enrol(ctx, request(h.key(which), fmt.Sprintf("m%d", i), p))
			if err != nil || e.Node != fmt.Sprintf("pool--m%d", i) || len(e.ReceiptKey) != ed25519.PublicKeySize {
				t.Fatal(e, err)
			}
		}
	})
	t.Run("the same node may ask again, another of its name not", func(t *testing.T) {
		a, err := h.Enrol(ctx, request(h.key(fleet.AuthKey1), "n1", public))
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.Enrol(ctx, request(h.key(fleet.AuthKey2), "n1", public))
		if err != nil || a.Node != b.Node {
			t.Fatal(err)
		}
		other, _, _ := ed25519.GenerateKey(rand.Reader)
		_, err = h.Enrol(ctx, request(h.key(fleet.AuthKey1), "n1", other))
		want(t, err, "NameTaken")
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "node remove pool n1") {
			t.Fatal(err)
		}
		if err := h.Remove(ctx, "pool--n1"); err != nil {
			t.Fatal(err)
		}
		if _, err = h.Enrol(ctx, request(h.key(fleet.AuthKey1), "n1", other)); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("of many with one name at once, one wins", func(t *testing.T) {
		key := h.key(fleet.AuthKey1)
		var wg sync.WaitGroup
		codes := make(chan string, 8)
		for range 8 {
			p, _, _ := ed25519.GenerateKey(rand.Reader)
			wg.Go(func() {
				_, err := h.Enrol(context.Background(), request(key, "same", p))
				codes <- fault.CodeOf(err)
			})
		}
		wg.Wait()
		close(codes)
		count := map[string]int{}
		for c := range codes {
			count[c]++
		}
		if count[""] != 1 || count["NameTaken"] != 7 {
			t.Fatal(count)
		}
	})
	t.Run("a regenerated key is refused, the other goes on, and nodes stay", func(t *testing.T) {
		old, other := h.key(fleet.AuthKey1), h.key(fleet.AuthKey2)
		e, private := h.enrol("stays")
		keys, err := h.RegenerateAuthKey(ctx, "pool", fleet.AuthKey1)
		if err != nil || keys.Key1 == old.Text() || keys.Key2 != other.Text() {
			t.Fatal("wrong key changed", err)
		}
		_, err = h.Enrol(ctx, request(old, "x1", public))
		want(t, err, "KeyRefused")
		if strings.Contains(err.Error(), old.Secret) {
			t.Fatal("the error quotes the key")
		}
		if _, err := h.Enrol(ctx, request(other, "x2", public)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.token(h.Service, e.Node, private); err != nil {
			t.Fatal(err)
		}
		_, err = h.RegenerateAuthKey(ctx, "pool", "authKey3")
		want(t, err, "InvalidKeyName")
	})
	t.Run("a key of another account, runtime or none is refused", func(t *testing.T) {
		theirs := build(t).key(fleet.AuthKey1)
		_, err := h.Enrol(ctx, request(theirs, "y1", public))
		want(t, err, "OtherAccount")
		theirs.Account = h.cfg.Account
		_, err = h.Enrol(ctx, request(theirs, "y1", public))
		want(t, err, "KeyRefused")
		mine := h.key(fleet.AuthKey1)
		mine.Secret = ""
		_, err = h.Enrol(ctx, request(mine, "y1", public))
		want(t, err, "KeyRefused")
	})
	t.Run("limits of a key hold, for that key", func(t *testing.T) {
		states, _ := h.KeyStates(ctx, "pool")
		n := states[fleet.AuthKey2].Enrolled
		if err := h.SetKeyLimit(ctx, "pool", fleet.AuthKey2, fleet.KeyLimit{MaxNodes: n + 1}); err != nil {
			t.Fatal(err)
		}
		for i, code := range []string{"", "KeyExhausted"} {
			p, _, _ := ed25519.GenerateKey(rand.Reader)
			_, err := h.Enrol(ctx, request(h.key(fleet.AuthKey2), fmt.Sprintf("l%d", i), p))
			want(t, err, code)
		}
		if err := h.SetKeyLimit(ctx, "pool", fleet.AuthKey2, fleet.KeyLimit{Expires: h.m.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		h.m.Pass(time.Hour)
		_, err := h.Enrol(ctx, request(h.key(fleet.AuthKey2), "l3", public))
		want(t, err, "KeyExpired")
		h.enrol("l4")
	})
	t.Run("names that would break a bus subject are refused", func(t *testing.T) {
		for _, name := range []string{"", "a.b", "a--b", "*", ">", "a b", strings.Repeat("a", 64)} {
			_, err := h.Enrol(ctx, request(h.key(fleet.AuthKey1), name, public))
			want(t, err, "InvalidNodeName")
		}
		_, err := h.Enrol(ctx, request(h.key(fleet.AuthKey1), "ok", []byte("short")))
		want(t, err, "InvalidPublicKey")
	})
	t.Run("a runtime can ask for approval of each node", func(t *testing.T) {
		if err := h.SetApproval(ctx, "pool", true); err != nil {
			t.Fatal(err)
		}
		e, private := h.enrol("waits")
		if !e.Pending {
			t.Fatal("not pending")
		}
		_, err := h.token(h.Service, e.Node, private)
		want(t, err, "NodePending")
		if err := h.Approve(ctx, e.Node); err != nil {
			t.Fatal(err)
		}
		if _, err := h.token(h.Service, e.Node, private); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("the built-in node replaces the one before it", func(t *testing.T) {
		for range 2 {
			p, private, _ := ed25519.GenerateKey(rand.Reader)
			e, err := h.EnrolBuiltIn(ctx, "local", p, model.NodeInfo{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.token(h.Service, e.Node, private); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestOnEnrolHearsOfEachNodeThatIsLetInWithItsKey(t *testing.T) {
	h := build(t)
	var told []string
	var refuse error
	h.cfg.OnEnrol = func(_ context.Context, _ store.Tx, node string, key ed25519.PublicKey) error {
		told = append(told, node+" "+string(key[:1]))
		return refuse
	}
	h.Service = h.replica()
	ask := func(key byte) error {
		public := make([]byte, ed25519.PublicKeySize)
		public[0] = key
		_, err := h.Enrol(t.Context(), request(h.key(fleet.AuthKey1), "n1", public))
		return err
	}
	refuse = fault.New(fault.Throttled, "DiskFull", "no room")
	want(t, ask('a'), "DiskFull")
	refuse = nil
	want(t, ask('a'), "")
	once := len(told)
	want(t, ask('a'), "") // the answer was lost
	if len(told) != once {
		t.Fatalf("told again: %q", told)
	}
	if err := h.Remove(t.Context(), "pool--n1"); err != nil {
		t.Fatal(err)
	}
	want(t, ask('b'), "")
	h.m.Pass(h.cfg.Lapse)
	want(t, ask('c'), "")
	if _, err := h.EnrolBuiltIn(t.Context(), "server", make([]byte, ed25519.PublicKeySize), model.NodeInfo{}); err != nil {
		t.Fatal(err)
	}
	// A transaction may run more than once.
	if all := []string{"pool--n1 a", "pool--n1 b", "pool--n1 c"}; !slices.Equal(slices.Compact(told), all) {
		t.Fatalf("told %q, want %q", told, all)
	}
}
