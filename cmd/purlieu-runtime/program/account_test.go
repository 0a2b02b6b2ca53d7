package program

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats/hub"
	connectors "github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node"
	"github.com/purlieu/purlieu/server"
)

// TestMain lets the test binary be the program, so that nodes under test start real workers.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		os.Exit(shipped().Main())
	}
	os.Exit(m.Run())
}

// shipped is the build that is under test.
func shipped() Build { return Build{Version: "test", Connectors: connectors.All()} }

// account is a real account as far as nodes see it: store, work protocol and bus.
type account struct {
	t     *testing.T
	core  *server.Core
	store server.Store
	state node.State
}

const token = "token-of-edge--one"

type anyFleet struct{ beats chan bus.Beat }

func (f anyFleet) Beat(_ context.Context, _ string, b bus.Beat) error {
	select {
	case f.beats <- b:
	default:
	}
	return nil
}

func newAccount(t *testing.T) (*account, <-chan bus.Beat) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	st, err := server.OpenStore(ctx, server.StoreOptions{Path: server.MemoryStore, Relaxed: true})
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	late := &lateHandler{}
	b, err := hub.NewServer(hub.ServerConfig{Handler: late, Log: quiet, Authenticate: func(text string) (hub.Identity, error) {
		if text != token {
			return hub.Identity{}, os.ErrPermission
		}
		return hub.Identity{Node: "edge--one", Runtime: "edge", Expires: time.Now().Add(time.Hour)}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	fleet := anyFleet{make(chan bus.Beat, 1)}
	core := server.NewCore(server.CoreConfig{Store: st, Ring: b, Fleet: fleet, Sign: signer(private), Log: quiet})
	late.Handler = core
	ended := make(chan struct{}, 2)
	go func() {
		if err := b.Serve(ctx); err != nil {
			t.Error(err)
		}
		ended <- struct{}{}
	}()
	<-b.Ready()
	go func() { drive(ctx, core); ended <- struct{}{} }()
	mux := http.NewServeMux()
	mux.Handle("/bus", b.Door(false))
	mux.Handle("/ingest/bus", b.Door(true))
	web := httptest.NewServer(mux)
	t.Cleanup(func() {
		web.CloseClientConnections()
		cancel()
		<-ended
		<-ended
		web.Close()
		_ = st.Close()
	})
	var kinds []model.Kind
	for _, c := range connectors.All() {
		kinds = append(kinds, c.Describe())
	}
	if err := core.Scans.PutKinds(ctx, kinds); err != nil {
		t.Fatal(err)
	}
	return &account{t: t, core: core, store: st, state: node.State{
		Node: "edge--one", Name: "one", Runtime: "edge", AccountURL: web.URL, IngestURL: web.URL, ReceiptKey: public,
	}}, fleet.beats
}

// signer signs receipts.
type signer ed25519.PrivateKey

func (s signer) Sign(text []byte) []byte { return ed25519.Sign(ed25519.PrivateKey(s), text) }

// lateHandler is joined after the bus was made and before it serves.
type lateHandler struct{ bus.Handler }

// drive does the account's own work.
func drive(ctx context.Context, core *server.Core) {
	for ctx.Err() == nil {
		more, _ := core.Step(ctx)
		swept, _ := core.Sweep(ctx)
		if !more && !swept {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// register makes a source with a scan, signed in to by a secret of the file vault.
func (a *account) register(host, port, user, secret string) {
	a.t.Helper()
	ctx := context.Background()
	credential, _ := a.core.Scans.Credential(ctx, "scanner") // there is none: an empty one
	credential.CredentialRef = model.CredentialRef{
		Name: "scanner", Kind: "BasicAuth", Open: map[string]string{"user": user},
		Secrets: map[string]model.SecretRef{"password": {Vault: "file", Name: secret}},
	}
	if _, err := a.core.Scans.PutCredential(ctx, credential); err != nil {
		a.t.Fatal(err)
	}
	settings := model.Settings{"serverEndpoint": host, "port": port, "sslMode": "disable", "purlieuAuthority": "shop"}
	source := model.Source{Name: "shop", Kind: "PostgreSql", Collection: "root", Settings: settings}
	if _, _, err := a.core.Scans.PutSource(ctx, source); err != nil {
		a.t.Fatal(err)
	}
	_, _, err := a.core.Scans.PutScan(ctx, model.Scan{
		Name: "nightly", Source: "shop", Runtime: "edge", Credential: "scanner", Level: model.L2,
		Settings: model.Settings{"databaseName": "shop"},
	})
	if err != nil {
		a.t.Fatal(err)
	}
}

// ended is a run that has ended, as the test needs to know it.
type ended struct {
	state      model.RunState
	code, text string
}

// scan runs the scan to its end.
func (a *account) scan() ended {
	a.t.Helper()
	ctx := context.Background()
	id, err := a.core.Start(ctx, "shop", "nightly", false)
	if err != nil {
		a.t.Fatal(err)
	}
	for range 600 {
		run, err := a.core.Scans.Run(ctx, id)
		if err != nil {
			a.t.Fatal(err)
		}
		if run.State.Ended() {
			text := run.Text
			gaps, err := a.core.Scans.Gaps(ctx, id, 0, 100)
			if err != nil {
				a.t.Fatal(err)
			}
			for _, g := range gaps {
				text += "\n" + g.Gap.Code + ": " + g.Gap.Remedy
			}
			return ended{run.State, run.Code, text}
		}
		time.Sleep(50 * time.Millisecond)
	}
	a.t.Fatal("the run has not ended")
	return ended{}
}
