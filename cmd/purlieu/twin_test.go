package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestASourceThatIsRegisteredTwiceIsSaidToBe(t *testing.T) {
	s := administrator(t)
	s.run(0, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=10.0.0.1", "--authority", "shop")
	s.never("Note:")
	s.run(0, "source", "add", "PostgreSql", "store", "--set", "serverEndpoint=10.0.0.1", "--set", "port=5433", "--authority", "store")
	s.never("Note:")
	s.run(0, "source", "add", "PostgreSql", "again", "--set", "serverEndpoint=10.0.0.1", "--set", "port=5432", "--authority", "again")
	s.shows("The source again is registered", "Note: The source shop is reached at the same address", "delete one of the two", "purlieu asset delete")
	s.never("source store")
	s.run(0, "source", "show", "shop")
	s.shows("Note: The source again is reached at the same address")
	for _, args := range []string{"source list", "scan list shop", "kinds PostgreSql", "search orders"} {
		s.run(0, strings.Fields(args)...)
		s.never("Note:")
	}
	s.run(0, "source", "delete", "again")
	s.run(0, "source", "show", "shop")
	s.never("Note:")
}

func TestANoteThatCannotBeHadFailsNothing(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/twins"):
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasSuffix(r.URL.Path, "/gaps"):
			_, _ = w.Write([]byte(`{"value": []}`))
		case strings.Contains(r.URL.Path, "/runs/"):
			_, _ = w.Write([]byte(`{"id": "1", "status": "Failed"}`))
		default:
			return false
		}
		return true
	})
	for _, c := range []struct {
		code int
		args string
	}{
		{21, "scan run shop weekly --watch"},
		{0, "source add PostgreSql shop"},
		{0, "source show shop"},
		{0, "source test shop --scan weekly"},
	} {
		s.run(c.code, strings.Fields(c.args)...)
		if n := strings.Count(s.err, "Note: whether shop is registered twice could not be told"); n != 1 {
			t.Errorf("%s: it is said %d times", c.args, n)
		}
	}
}
