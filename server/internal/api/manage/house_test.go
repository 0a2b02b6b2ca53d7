package manage_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/manage"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// house is a whole account behind real TLS on a loopback port, with a runtime "pool" and an administrator.
type house struct {
	t         *testing.T
	st        *sqlite.Store
	access    *access.Service
	fleet     *fleet.Service
	scans     *scan.Service
	graph     *datamap.Service
	search    *search.Service
	questions *counter
	plane     *manage.Plane
	authority *certs.Authority
	address   string
	admin     string // bearer token
	requests  atomic.Int64
	// wrap may change what answers, from one request to the next.
	wrap atomic.Pointer[func(http.Handler) http.Handler]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t}
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	must(t, err)
	t.Cleanup(func() { _ = st.Close() })
	h.st = st
	acfg := access.DefaultConfig()
	acfg.KeyFile = filepath.Join(t.TempDir(), "key")
	acfg.Password = access.PasswordCost{Passes: 1, MemoryKiB: 64, Threads: 1}
	acfg.Live = fleet.Live
	h.access, err = access.Open(t.Context(), st, acfg)
	must(t, err)
	h.authority, err = certs.Open(t.TempDir(), time.Now, nil)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	h.address = listener.Addr().String()
	fcfg := fleet.DefaultConfig()
	fcfg.Account, fcfg.ReceiptKey = h.access.Account(), h.access.ReceiptSigner().Public()
	fcfg.Place = func() fleet.Place {
		return fleet.Place{
			Endpoint: h.address, Pin: h.authority.Pin(), Roots: string(h.authority.RootPEM()),
			AccountURL: "https://" + h.address, IngestURL: "https://" + h.address,
		}
	}
	fcfg.OnRemove = func(ctx context.Context, tx store.Tx, node string) error { return h.scans.Unannounce(ctx, tx, node) }
	h.fleet, err = fleet.Open(t.Context(), st, h.access.Sealer(), h.access, fcfg)
	must(t, err)
	_, _, err = h.fleet.PutRuntime(t.Context(), "pool", model.RuntimeSelfHosted, "")
	must(t, err)
	link, err := h.access.FirstLink(t.Context())
	must(t, err)
	in, err := h.access.Redeem(t.Context(), link, "ada", "correct horse battery", "")
	must(t, err)
	h.admin = in.Access.Text

	log := slog.New(slog.DiscardHandler)
	h.graph = datamap.New(st, log)
	h.scans = scan.New(st, silence{}, h.graph, log, scan.DefaultConfig())
	must(t, h.scans.PutKinds(t.Context(), []model.Kind{shops()}))
	h.search = search.New(st, h.graph, log)
	h.questions = &counter{Service: h.scans}
	h.plane = &manage.Plane{
		Decider: h.access, Now: time.Now, People: h.access, Fleet: h.fleet, Receipts: heads{},
		SignInURL: func() string { return "https://" + h.address + "/signin" },
		Sources:   h.scans, Runs: h.scans, Proposals: h.scans, Announced: h.scans, Map: h.graph, Search: h.search,
		Questions: h.questions, Build: "1.2.3",
	}
	doors := openapitest.Check(t, "manage", api.New(api.Deps{Planes: h.plane.Planes(), Auth: h.access, Log: log, Now: time.Now}))
	server := &http.Server{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.requests.Add(1)
		handler := doors
		if wrap := h.wrap.Load(); wrap != nil {
			handler = (*wrap)(handler)
		}
		handler.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(tls.NewListener(listener, h.authority.TLSConfig())) }()
	t.Cleanup(func() { _ = server.Close() })
	return h
}

// silence is a bus that nobody listens to.
type silence struct{}

func (silence) Ring(string)           {}
func (silence) Tell(string, bus.Tell) {}

// shops is a kind of source for tests.
func shops() model.Kind {
	return model.Kind{
		Name: "Shop", Version: 1, Title: "Shop", Summary: "A shop", ScanKinds: []string{"ShopCredential"}, Authority: "shop://{host|lower}",
		Settings: []model.Field{{Name: "host", Type: model.FieldText, Title: "Host", Help: "Where it is", Required: true}},
		Types:    []model.TypeDef{{Name: "hall", Title: "Hall"}, {Name: "shelf", Title: "Shelf", Parent: "hall"}}, RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1},
	}
}

// heads is the receipts of one node.
type heads struct{}

func (heads) Highest(_ context.Context, node string) (manage.Head, bool, error) {
	if node != "pool--n1" {
		return manage.Head{}, false, nil
	}
	return manage.Head{Index: 7, Head: make([]byte, 32), Unit: 1, Attempt: 1}, true, nil
}

func (h *house) key() model.AuthKey {
	h.t.Helper()
	keys, err := h.fleet.ListAuthKeys(h.t.Context(), "pool")
	must(h.t, err)
	key, err := model.ParseAuthKey(keys.Key1)
	must(h.t, err)
	return key
}

// enrol enrols a node of its own machine, as it were.
func (h *house) enrol(name string) node.State {
	h.t.Helper()
	got, err := node.Enrol(h.t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: name, StateDir: h.t.TempDir()})
	must(h.t, err)
	return got.State
}

// call sends JSON and reads JSON.
func (h *house) call(method, path, token, body string) (int, map[string]any) {
	h.t.Helper()
	conf, err := certs.PinnedConfig(h.authority.Pin(), "127.0.0.1", time.Now)
	must(h.t, err)
	transport := &http.Transport{TLSClientConfig: conf}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(h.t.Context(), method, "https://"+h.address+path, strings.NewReader(body))
	must(h.t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Client{Transport: transport}).Do(req)
	must(h.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(h.t, err)
	out := map[string]any{}
	if len(text) > 0 {
		must(h.t, json.Unmarshal(text, &out))
	}
	return res.StatusCode, out
}

// code is the code of an error's answer.
func code(body map[string]any) string {
	e, _ := body["error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

// serveTLS serves a handler under an authority's certificate.
func serveTLS(t *testing.T, authority *certs.Authority, handler http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = server.Serve(tls.NewListener(l, authority.TLSConfig())) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}
