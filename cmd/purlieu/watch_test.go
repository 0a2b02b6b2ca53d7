package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// flaky stands before an account, and answers for it while it is away.
func (s *shell) flaky(away func(w http.ResponseWriter, r *http.Request) bool) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !away(w, r) {
			s.account.ServeHTTP(w, r)
		}
	}))
	s.t.Cleanup(server.Close)
	s.env["PURLIEU_URL"] = server.URL
}

func TestAWatchOutlivesAnAccountThatIsAwayForAWhile(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.patience = time.Minute
	var looks atomic.Int64
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/runs/") {
			return false
		}
		if n := looks.Add(1); n == 1 || n > 5 {
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	for _, line := range []string{"The account does not answer; the run goes on without it.", "The account answers again."} {
		if n := strings.Count(s.err, line); n != 1 {
			t.Errorf("%q was said %d times:\n%s", line, n, s.err)
		}
	}
}

func TestAWatchGivesUpWhenTheAccountIsAwayForTooLong(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.patience = 300 * time.Millisecond
	var looks atomic.Int64
	gone := make(chan struct{})
	t.Cleanup(func() { close(gone) })
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/runs/") {
			return false
		}
		if looks.Add(1) == 1 {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
		select { // a network that swallows what is sent
		case <-r.Context().Done():
		case <-gone:
		}
		return true
	})
	begin := time.Now()
	s.run(6, "scan", "run", "shop", "weekly", "--watch")
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("it took %s to give up", took)
	}
	s.shows("does not answer", "could not be reached")
}

// heard is what was said until now, while it is being said; it ends the watching once the words are in it.
type heard struct {
	mu    sync.Mutex
	text  bytes.Buffer
	words string
	end   func()
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.text.Write(b)
	if strings.Contains(h.text.String(), h.words) {
		h.end()
	}
	return n, err
}

// until runs a command line that goes on until the words have been said on standard error, and gives all that was said there.
func (s *shell) until(words string, args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	errs := &heard{words: words, end: cancel}
	a := &app{ctx: ctx, in: strings.NewReader(""), out: &bytes.Buffer{}, err: errs, getenv: func(name string) string { return s.env[name] }, poll: time.Millisecond, patience: time.Minute}
	a.main(args)
	if !strings.Contains(errs.text.String(), words) {
		s.t.Errorf("%q was not said:\n%s", words, errs.text.String())
	}
	return errs.text.String()
}

// nodeless is a person at an account as it is shipped, with a scan whose runtime has no node.
func nodeless(t *testing.T) *shell {
	t.Helper()
	s := signedIn(t)
	s.run(0, "runtime", "add", "edge")
	s.run(0, "credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:pw")
	s.run(0, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=db.example.com")
	s.run(0, "scan", "add", "shop", "all", "--runtime", "edge", "--credential", "scanner")
	return s
}

func TestAWatchSaysThatNoNodeIsThere(t *testing.T) {
	s := nodeless(t)
	if said := s.until("No node is enrolled. Enrol one", "scan", "run", "shop", "all", "--watch"); strings.Count(said, "No node is enrolled") != 1 {
		t.Errorf("it was not said once:\n%s", said)
	}
}

// Of two runs of a scan the second waits until the first has ended, which may be until a person answers it.
func TestARunThatWaitsBehindAnotherSaysSo(t *testing.T) {
	s := nodeless(t)
	s.run(0, "scan", "run", "shop", "all")
	first := s.newest()
	why := "The run " + first + " of the same scan goes first. See it: purlieu run show " + first
	s.until("It waits. "+why, "scan", "run", "shop", "all", "--watch")
	s.run(0, "run", "show", s.newest())
	s.shows(why)
	s.run(0, "run", "show", first)
	s.never("goes first")
}

func TestAWatchSaysWhatTheLastAttemptFailedOf(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/units"):
			fmt.Fprint(w, `{"value": [{"id": 1, "lastCode": ""}, {"id": 2, "lastCode": "NoAnswer", "lastRemedy": "Look at the firewall"}]}`)
		case strings.HasPrefix(r.URL.Path, "/manage/v1/runs/"):
			fmt.Fprint(w, `{"waits": []}`)
		case strings.Contains(r.URL.Path, "/runs/"):
			fmt.Fprint(w, `{"id": "1", "status": "InProgress"}`)
		default:
			return false
		}
		return true
	})
	s.until("An attempt failed (NoAnswer) and is made again. Look at the firewall", "scan", "run", "shop", "weekly", "--watch")
}
