package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
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
