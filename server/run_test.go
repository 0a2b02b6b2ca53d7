package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// running is a server in its own goroutine.
type running struct {
	*Server
	tls, plain string // addresses of the doors
	stop       context.CancelFunc
	ended      chan error
}

func start(t *testing.T, builtIn func(own Own) *exec.Cmd) *running {
	t.Helper()
	s, err := New(t.Context(), Config{
		Data: t.TempDir(), Listen: "127.0.0.1:0", Plain: "127.0.0.1:0", Version: "1.2.3", KeepFree: 1, Log: slog.New(slog.DiscardHandler), BuiltIn: builtIn,
		Kinds: []model.Kind{{
			Name: "Garden", Version: 1, ScanKinds: []string{"GardenCredential"}, Authority: "garden://{host|lower}",
			Settings: []model.Field{{Name: "host", Type: model.FieldText, Required: true}}, Types: []model.TypeDef{{Name: "plant"}},
			RuntimeKinds: []string{string(model.RuntimeManaged)}, Levels: []model.Level{model.L1},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Server: s, stop: cancel, ended: make(chan error, 1)}
	ready := make(chan struct{})
	go func() { r.ended <- s.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-r.ended:
		t.Fatal(err)
	}
	t.Cleanup(cancel)
	r.plain = strings.TrimPrefix(s.place.portal(), "http://")
	r.tls = "127.0.0.1:" + *s.place.port
	return r
}

// half sends the first half of a request.
func half(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := fmt.Fprintf(c, "POST /scan/datasources/a HTTP/1.1\r\nHost: account\r\nContent-Length: 10\r\n\r\n12345"); err != nil {
		t.Fatal(err)
	}
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestTheServerStopsWithinTenSecondsWhateverItsCallersDo(t *testing.T) {
	r := start(t, nil)
	half(t, dial(t, r.plain))
	half(t, tls.Client(dial(t, r.tls), &tls.Config{InsecureSkipVerify: true})) //nolint:gosec // the server is the test's own
	time.Sleep(time.Second)
	begin := time.Now()
	r.stop()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it does not stop")
	}
	if took := time.Since(begin); took > 9*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestTheRestOfARequestIsHeardWhileTheServerStops(t *testing.T) {
	r := start(t, nil)
	c := dial(t, r.plain)
	half(t, c)
	time.Sleep(time.Second)
	r.stop()
	time.Sleep(300 * time.Millisecond)
	_, err := c.Write([]byte("67890"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d", answer.StatusCode)
	}
	if err := <-r.ended; err != nil {
		t.Error(err)
	}
}

func TestABodyThatDoesNotComeEndsItsRequest(t *testing.T) {
	read := make(chan error, 1)
	doors := httptest.NewServer(timed(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	}), 100*time.Millisecond))
	defer doors.Close()
	half(t, dial(t, doors.Listener.Addr().String()))
	select {
	case err := <-read:
		if err == nil {
			t.Error("half a body was taken for a whole one")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server waits for ever")
	}
}

func TestAnAnswerThatIsNotTakenEndsItsRequest(t *testing.T) {
	wrote := make(chan error, 1)
	doors := httptest.NewServer(timed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for { // more than the buffers on the way hold
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				wrote <- err
				return
			}
		}
	}), 200*time.Millisecond))
	defer doors.Close()
	if _, err := io.WriteString(dial(t, doors.Listener.Addr().String()), "GET / HTTP/1.1\r\nHost: doors\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-wrote:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server writes for ever")
	}
}

func TestAnAnswerThatIsTakenSlowlyComesWhole(t *testing.T) {
	const (
		size   = 64 << 20 // more than the buffers on the way hold
		within = 2 * time.Second
		pause  = within / 33 // between one MiB and the next: a machine that is busy may well take some times as long
	)
	took := make(chan time.Duration, 1)
	doors := httptest.NewServer(timed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		began := time.Now()
		_, _ = w.Write(make([]byte, size))
		took <- time.Since(began)
	}), within))
	defer doors.Close()
	answer, err := http.Get(doors.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, p := 0, make([]byte, 1<<20)
	for {
		n, err := io.ReadFull(answer.Body, p)
		got += n
		if err != nil {
			break
		}
		time.Sleep(pause)
	}
	if took := <-took; got != size || took < within {
		t.Errorf("%d of %d bytes came, written in %v", got, size, took)
	}
}

func TestAnAnswerMayPauseInItsMiddle(t *testing.T) {
	doors := httptest.NewUnstartedServer(timed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 2 {
			_, _ = w.Write(make([]byte, 10_000))
			time.Sleep(1500 * time.Millisecond)
		}
	}), 500*time.Millisecond))
	doors.EnableHTTP2 = true
	doors.StartTLS()
	defer doors.Close()
	answer, err := doors.Client().Get(doors.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); answer.ProtoMajor != 2 || err != nil || len(body) != 20_000 {
		t.Errorf("HTTP/%d: %d bytes, %v", answer.ProtoMajor, len(body), err)
	}
}

func TestARequestThatHasComeMayTakeLonger(t *testing.T) {
	doors := httptest.NewServer(timed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusTeapot)
		case <-time.After(400 * time.Millisecond):
		}
	}), 100*time.Millisecond))
	defer doors.Close()
	for _, body := range []string{"", "whole"} {
		for range 2 { // over one connection
			got, err := http.Post(doors.URL, "text/plain", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Body.Close()
			if got.StatusCode != http.StatusOK {
				t.Errorf("a request with the body %q was given up while it was served", body)
			}
		}
	}
}

func TestTheBuiltInNodeIsStartedAgainWhileWorkWaits(t *testing.T) {
	started := make(chan []int, 100)
	r := start(t, func(own Own) *exec.Cmd {
		started <- own.Doors
		return exec.Command("false") // a node that ends at once
	})
	ctx := t.Context()
	if _, _, err := r.core.Scans.PutSource(ctx, model.Source{Name: "plot", Kind: "Garden", Collection: "root", Settings: model.Settings{"host": "plot.example.com"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.core.Scans.PutScan(ctx, model.Scan{Name: "all", Source: "plot", Level: model.L1}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-started:
		t.Fatal("it was started without work")
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := r.core.Scans.Start(ctx, "plot", "all", scan.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		select {
		case ports := <-started:
			for _, door := range []string{r.tls, r.plain} {
				_, text, _ := net.SplitHostPort(door)
				if port, err := strconv.Atoi(text); err != nil || !slices.Contains(ports, port) {
					t.Errorf("it is not told of the door %s: %v", door, ports)
				}
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("it was started %d times", i)
		}
	}
}

func TestTheStoreIsProbedOnceHoweverManyAsk(t *testing.T) {
	now, probes := time.Unix(1e9, 0), 0
	var broken error
	p := &pulse{now: func() time.Time { return now }, probe: func(context.Context) (store.Health, error) {
		probes++
		return store.Health{Engine: "paper"}, broken
	}}
	for range 9 {
		if h, err := p.get(t.Context()); err != nil || h.Engine != "paper" {
			t.Error(h, err)
		}
	}
	if probes != 1 {
		t.Errorf("%d probes", probes)
	}
	broken = fault.New(fault.Unreachable, "DiskFull", "the disk is full")
	now = now.Add(probeEvery)
	if _, err := p.get(t.Context()); err == nil || probes != 2 {
		t.Error("an old probe stands for the present", probes, err)
	}
}

func TestStrangersLearnOnlyThatTheAccountLives(t *testing.T) {
	r := start(t, nil)
	ask := func(path, peer string, header ...string) *httptest.ResponseRecorder {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		q.RemoteAddr = peer
		if len(header) > 0 {
			q.Header.Set(header[0], header[1])
		}
		w := httptest.NewRecorder()
		r.handler().ServeHTTP(w, q)
		return w
	}
	const here, there = "127.0.0.1:4000", "192.0.2.7:4000"
	if w := ask("/healthz", here); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "1.2.3") || !strings.Contains(w.Body.String(), "freeBytes") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask("/metrics", here); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "purlieu_build_info") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, c := range map[string]struct {
		peer   string
		header []string
	}{
		"from elsewhere":   {peer: there},
		"behind a proxy":   {here, []string{"X-Forwarded-For", "192.0.2.7"}},
		"with a bad token": {there, []string{"Authorization", "Bearer x"}},
	} {
		if w := ask("/healthz", c.peer, c.header...); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"status":"ok"}` {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if w := ask("/metrics", c.peer, c.header...); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "build_info") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
