package hub

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/network"
)

// account is a real bus behind a real HTTP server, with tokens that the test hands out and takes back.
type account struct {
	t      testing.TB
	http   *httptest.Server
	mu     sync.Mutex
	bus    *Server // nil while the account is down
	stop   func()
	tokens map[string]Identity
}

// handle is a bus.Handler made of a function.
type handle func(ctx context.Context, node string, subject bus.Subject, payload []byte) ([]byte, error)

func (h handle) Handle(ctx context.Context, node string, s bus.Subject, p []byte) ([]byte, error) {
	return h(ctx, node, s, p)
}

// echo answers with node, subject and payload.
func echo(_ context.Context, node string, s bus.Subject, p []byte) ([]byte, error) {
	return append([]byte(node+" "+string(s)+" "), p...), nil
}

func newAccount(t testing.TB, h handle, secure bool) *account {
	t.Helper()
	a := &account{t: t, tokens: map[string]Identity{}}
	mux := http.NewServeMux()
	mux.Handle("/bus", a.door(false))
	mux.Handle("/ingest/bus", a.door(true))
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) })
	a.http = httptest.NewUnstartedServer(mux)
	if secure {
		a.http.EnableHTTP2 = true
		a.http.StartTLS()
	} else {
		a.http.Start()
	}
	a.up(h)
	t.Cleanup(func() { a.down(); a.http.Close() })
	return a
}

// door stands for a bus that may be replaced while the HTTP server stays.
func (a *account) door(ingestion bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		b := a.bus
		a.mu.Unlock()
		if b == nil {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		b.Door(ingestion).ServeHTTP(w, r)
	})
}

func (a *account) up(h handle) {
	a.t.Helper()
	s, err := NewServer(ServerConfig{
		Authenticate: a.authenticate, Handler: h, Log: quiet(), RequestTimeout: 5 * time.Second, StopTimeout: 2 * time.Second,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	select {
	case <-s.Ready():
	case err := <-ended:
		a.t.Fatal(err)
	}
	a.mu.Lock()
	a.bus, a.stop = s, func() {
		cancel()
		if err := <-ended; err != nil {
			a.t.Error(err)
		}
	}
	a.mu.Unlock()
}

func (a *account) down() {
	a.mu.Lock()
	stop := a.stop
	a.bus, a.stop = nil, nil
	a.mu.Unlock()
	if stop != nil {
		stop()
	}
}

func (a *account) authenticate(token string) (Identity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id, ok := a.tokens[token]
	if !ok {
		return Identity{}, errors.New("no such token")
	}
	return id, nil
}

// enrol gives a node a token for an hour.
func (a *account) enrol(node string, life time.Duration) (token string, expires time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	expires = time.Now().Add(life)
	token = "token of " + node + " until " + expires.Format(time.RFC3339Nano)
	rt, _, _ := strings.Cut(node, "--")
	a.tokens[token] = Identity{Node: node, Runtime: rt, Expires: expires}
	return token, expires
}

// revoke takes all tokens of a node back.
func (a *account) revoke(node string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for token, id := range a.tokens {
		if id.Node == node {
			delete(a.tokens, token)
		}
	}
}

// config is a node's, with a loop of its own goroutine.
func (a *account) config(node string, life time.Duration) nats.ClientConfig {
	rt, _, _ := strings.Cut(node, "--")
	loop := make(chan func(), 1024)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case f := <-loop:
				f()
			case <-done:
				return
			}
		}
	}()
	a.t.Cleanup(func() { close(done) })
	cfg := nats.ClientConfig{
		AccountURL: a.http.URL + "/bus", IngestURL: a.http.URL + "/ingest/bus", Node: node, Runtime: rt,
		Token: func(context.Context) (string, time.Time, error) {
			token, expires := a.enrol(node, life)
			return token, expires, nil
		},
		DialContext: network.DialLoopback, Timeout: 3 * time.Second, Log: quiet(), Backoff: 200 * time.Millisecond,
		Post: func(f func()) {
			select {
			case loop <- f:
			case <-done:
			}
		},
	}
	if a.http.TLS != nil {
		cfg.TLS = a.http.Client().Transport.(*http.Transport).TLSClientConfig
	}
	return cfg
}

func (a *account) dial(cfg nats.ClientConfig) *nats.Client {
	a.t.Helper()
	c, err := nats.Dial(cfg)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(c.Close)
	return c
}

func (a *account) node(name string) *nats.Client {
	a.t.Helper()
	c := a.dial(a.config(name, time.Hour))
	eventually(a.t, 5*time.Second, c.Connected, c.Trouble)
	return c
}

type answer struct {
	data []byte
	err  error
}

// roundTrip waits for the one answer, and fails when a second comes.
func roundTrip(t testing.TB, c *nats.Client, s bus.Subject, payload []byte) answer {
	t.Helper()
	got := make(chan answer, 2)
	c.Request(s, payload, func(data []byte, err error) { got <- answer{data, err} })
	select {
	case a := <-got:
		return a
	case <-time.After(20 * time.Second):
		t.Fatal("a request was never answered")
		return answer{}
	}
}

// slowness is how many times as long as usual a thing may take where the processors have much else to do.
const slowness = 10

func eventually(t testing.TB, within time.Duration, ok func() bool, why ...func() error) {
	t.Helper()
	within *= slowness
	for end := time.Now().Add(within); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			for _, w := range why {
				t.Log(w())
			}
			t.Fatal("it did not happen in time")
		}
	}
}

// noLeaks fails when goroutines of this package or the client library outlive the test's cleanups.
func noLeaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		for range 200 {
			buf := make([]byte, 1<<20)
			left = ""
			for _, g := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
				if strings.Contains(g, "nats-io/") || (strings.Contains(g, "purlieu/bus/nats") && !strings.Contains(g, "testing.tRunner")) {
					left = g
				}
			}
			if left == "" {
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Errorf("a goroutine was left behind:\n%s", left)
	})
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
