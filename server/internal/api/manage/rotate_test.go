package manage_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server/internal/access"
)

// machine is an enrolled node's state directory and its life in one process.
type machine struct {
	*house
	dir     string
	tokens  *node.TokenSource
	entries []string // of the ledger
	full    error    // of the ledger
}

func (h *house) machine(name string) *machine {
	h.t.Helper()
	m := &machine{house: h, dir: h.t.TempDir()}
	_, err := node.Enrol(h.t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: name, StateDir: m.dir})
	must(h.t, err)
	m.begin()
	return m
}

// begin is the next process of the machine.
func (m *machine) begin() {
	m.t.Helper()
	state, err := node.LoadState(m.dir)
	must(m.t, err)
	m.tokens = node.NewTokenSource(state, state.Client(nil, time.Now), time.Now)
}

func (m *machine) rotate() error {
	return m.tokens.Rotate(m.t.Context(), m.dir, func(detail string, body []byte) error {
		m.entries = append(m.entries, detail+" "+string(body))
		return m.full
	})
}

// works fails when the process gets no token that the account takes.
func (m *machine) works(when string) {
	m.t.Helper()
	m.tokens.Forget(m.t.Context())
	token, err := m.tokens.Token(m.t.Context())
	if err != nil {
		m.t.Fatalf("%s the node gets no token: %v", when, err)
	}
	if status, who := m.call("GET", "/manage/v1/whoami", token, ""); status != 200 {
		m.t.Fatal(when, status, who)
	}
}

func (m *machine) file(name string) string {
	text, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	return string(text)
}

func TestWhoGovernsRuntimesTellsNodesWhatToDoAndNobodyElse(t *testing.T) {
	h := build(t)
	h.furnish()
	h.enrol("n1")
	for _, c := range []struct {
		who, collection string
		role            access.Role
		may             bool
	}{
		{"reader", "root", access.DataReader, false},
		{"curator", "root", access.DataCurator, false},
		{"network", "root", access.NetworkAdministrator, false},
		{"collections", "root", access.CollectionAdministrator, false},
		{"sub-dsa", "sales", access.DataSourceAdministrator, false},
		{"dsa", "root", access.DataSourceAdministrator, true},
	} {
		token := h.holder(c.who, c.collection, c.role)
		for _, what := range []string{"drain", "resume", "rotate"} {
			status, body := h.call("POST", "/manage/v1/nodes/pool--n1/"+what, token, "")
			if c.may && status != 204 || !c.may && (status != 403 || code(body) != "Denied") {
				t.Errorf("%s by %s: %d %v", what, c.who, status, body)
			}
		}
	}
	n2 := h.enrol("n2")
	token, err := node.NewTokenSource(n2, n2.Client(nil, time.Now), time.Now).Token(t.Context())
	must(t, err)
	for _, name := range []string{"pool--n1", "pool--n2"} { // not even to itself
		if status, body := h.call("POST", "/manage/v1/nodes/"+name+"/drain", token, ""); status != 403 {
			t.Errorf("a node drains %s: %d %v", name, status, body)
		}
	}
}

func TestANodeReplacesItsKey(t *testing.T) {
	h := build(t)
	m := h.machine("n1")
	before := m.file("node.key")
	if status, body := h.call("POST", "/manage/v1/nodes/pool--n1/rotate", h.admin, ""); status != 204 {
		t.Fatal(status, body)
	}
	listed := func() map[string]any {
		_, body := h.call("GET", "/manage/v1/runtimes/pool/nodes", h.admin, "")
		return body["value"].([]any)[0].(map[string]any)
	}
	enrolled := listed()
	if enrolled["newKeyWanted"] != true || enrolled["keyTime"] != enrolled["registerTime"] {
		t.Fatal(enrolled)
	}
	must(t, m.rotate())
	if got := listed(); got["newKeyWanted"] != false || got["keyTime"] == enrolled["keyTime"] {
		t.Error(got)
	}
	if m.file("node.key") == before || m.file("next.key") != "" {
		t.Error("the new key is not in its place")
	}
	m.works("with the new key")
	m.begin()
	m.works("in the next process")
	if len(m.entries) != 1 || !strings.Contains(m.entries[0], `"publicKey"`) || strings.Contains(m.entries[0], before[30:60]) {
		t.Errorf("the ledger has %q", m.entries)
	}
	must(t, os.WriteFile(filepath.Join(m.dir, "node.key"), []byte(before), 0o600))
	m.begin()
	_, err := m.tokens.Token(t.Context())
	wantCode(t, err, "NodeNotEnrolled")
}

func TestWhateverBecomesOfARotationTheNodeHasAKeyThatTheAccountTakes(t *testing.T) {
	h := build(t)
	t.Run("nothing leaves that is not in the ledger", func(t *testing.T) {
		m := h.machine("full")
		m.full = errors.New("disk full")
		if err := m.rotate(); !errors.Is(err, m.full) {
			t.Fatal(err)
		}
		next := m.file("next.key")
		m.works("after a failure")
		m.begin()
		m.works("in the next process")
		m.full = nil
		must(t, m.rotate())
		if m.file("node.key") != next {
			t.Error("it made another key than the one that it began with")
		}
		m.works("with the new key")
	})
	t.Run("the answer of the account was lost", func(t *testing.T) {
		m := h.machine("deaf")
		old := m.file("node.key")
		lost := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/nodes/key") {
					next.ServeHTTP(httptest.NewRecorder(), r)
					panic(http.ErrAbortHandler)
				}
				next.ServeHTTP(w, r)
			})
		}
		h.wrap.Store(&lost)
		err := m.rotate()
		h.wrap.Store(nil)
		wantCode(t, err, "HandshakeCut")
		if m.file("node.key") != old || m.file("next.key") == "" {
			t.Fatal("without an answer both must stay")
		}
		m.works("without the answer")
		next := m.file("next.key")
		m.begin()
		m.works("in the next process")
		must(t, m.rotate())
		if m.file("node.key") != next || m.file("next.key") != "" {
			t.Error("the key that the account has is not in its place")
		}
		m.works("when it has asked again")
	})
	t.Run("the request was lost", func(t *testing.T) {
		m := h.machine("mute")
		refused := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/nodes/key") {
					panic(http.ErrAbortHandler)
				}
				next.ServeHTTP(w, r)
			})
		}
		h.wrap.Store(&refused)
		err := m.rotate()
		h.wrap.Store(nil)
		wantCode(t, err, "HandshakeCut")
		m.begin()
		m.works("with the old key")
		must(t, m.rotate())
		m.works("with the new key")
	})
	t.Run("the node was removed, and is enrolled again", func(t *testing.T) {
		m := h.machine("gone")
		m.full = errors.New("disk full")
		_ = m.rotate()
		must(t, h.fleet.Remove(t.Context(), "pool--gone"))
		m.full = nil
		wantCode(t, m.rotate(), "NodeNotEnrolled")
		_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "gone", StateDir: m.dir, Again: true})
		must(t, err)
		m.begin()
		m.works("enrolled again")
		if m.file("next.key") != "" {
			t.Error("a key that nobody has was kept")
		}
	})
}
