package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestOnATerminalTheLineIsWrittenOver(t *testing.T) {
	var out strings.Builder
	columns := 200
	tell := teller{out: &out, width: func() int { return columns }}
	at := time.Unix(0, 0)
	for n := range int64(3) {
		tell.progress(progress{status: "InProgress", discovery: "running", ingestion: "inprogress", units: 30, ended: n, found: 100 - 50*n}, 2*time.Second, at)
	}
	if strings.Contains(out.String(), "\n") {
		t.Errorf("what goes on has more than one line: %q", out.String())
	}
	lines := strings.Split(strings.TrimPrefix(out.String(), "\r"), "\r")
	if len(lines) != 3 || len(lines[1]) != len(lines[0]) || !strings.Contains(lines[1], "50 assets (25/s)") {
		t.Errorf("a line leaves some of the one before: %q", lines)
	}
	tell.say("short")
	tell.progress(progress{status: "Succeeded", units: 30, ended: 30}, time.Minute, at)
	tell.end()
	tell.end()
	if rest := out.String(); !strings.Contains(rest, "\rshort ") || strings.Count(rest, "\n") != 2 || !strings.HasSuffix(rest, "gaps 0\n") {
		t.Errorf("what is said between does not stand alone: %q", rest)
	}
	out.Reset()
	columns = 20
	tell.progress(progress{status: "InProgress", until: strings.Repeat("ü", 80)}, 0, at)
	if n := len([]rune(strings.TrimPrefix(out.String(), "\r"))); n != 19 {
		t.Errorf("a line of %d characters is no line of 20 columns: %q", n, out.String())
	}
	tell.progress(progress{status: "Succeeded", gaps: 7}, 0, at)
	tell.end()
	if !strings.HasSuffix(out.String(), "  gaps 7\n") {
		t.Errorf("the last line is cut: %q", out.String())
	}
}

// Two hours of a run of a hundred units, looked at each second: what is kept of it is short.
func TestElsewhereALineIsWrittenWhenAStageOrATenthIsAnother(t *testing.T) {
	var out strings.Builder
	tell := teller{out: &out}
	begin := time.Unix(0, 0)
	p := progress{status: "Accepted", discovery: "queued", ingestion: "queued", units: 1}
	said := func() int { return strings.Count(out.String(), "\n") }
	look := func(second int) {
		tell.progress(p, time.Duration(second)*time.Second, begin.Add(time.Duration(second)*time.Second))
	}
	look(0)
	look(1)
	if said() != 1 {
		t.Fatalf("nothing new is said:\n%s", out.String())
	}
	p.status, p.discovery = "InProgress", "running"
	look(2)
	if said() != 2 {
		t.Fatalf("another stage is not said at once:\n%s", out.String())
	}
	p.units = 100
	for second := 3; second < 63; second++ { // six tenths in a minute, and assets with each look
		p.found += 7
		p.ended = int64(second-3) + 1
		look(second)
		if n := said(); n > 2+(second-2)/10 {
			t.Fatalf("after %d s there are %d lines:\n%s", second, n, out.String())
		}
	}
	if n := said(); n < 6 {
		t.Errorf("six tenths are %d lines:\n%s", n, out.String())
	}
	before := said()
	for second := 63; second < 363; second++ { // the units stand still for five minutes, and assets come
		p.found++
		look(second)
	}
	if n := said() - before; n < 4 || n > 5 {
		t.Errorf("five minutes in which assets come are %d lines:\n%s", n, out.String())
	}
	before = said()
	for second := 363; second < 7200; second++ { // nothing comes any more
		look(second)
	}
	if n := said() - before; n > 1 {
		t.Errorf("two hours in which nothing comes are %d lines", n)
	}
	p.status, p.discovery = "Succeeded", "succeeded"
	look(7200)
	if !strings.HasSuffix(out.String(), p.text(p.rate(7200*time.Second))+"\n") {
		t.Errorf("the end is not said:\n%s", out.String())
	}
}

func TestARunIsWatchedByWhoeverComesLater(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "scan", "run", "shop", "weekly")
	id := s.newest()
	s.shows(id)
	s.run(0, "run", "watch", id)
	s.shows("InProgress", "units 3/3", "Found 2 assets: 2 new")
	s.run(0, "run", "watch", id, "-o", "json") // it has ended
	s.shows(`"gaps": []`, `"status": "Succeeded"`)
	s.run(0, "complete", "--", "run", "watch", "")
	s.shows(id)
	s.run(4, "run", "watch", "0f8c1d4e-6b7a-4c53-9d2e-8a1f0b3c5d7e")
	s.shows("0f8c1d4e")
	s.account.Ending = "Failed"
	s.run(0, "scan", "run", "shop", "weekly")
	s.run(21, "run", "watch", s.newest())
	s.shows("WrongPassword")
	s.account.Ending = "Canceled"
	s.run(22, "scan", "run", "shop", "weekly", "--watch")
	s.run(22, "run", "watch", s.newest())
	s.account.Ending, s.account.Asks = "Succeeded", "41"
	s.run(0, "scan", "run", "shop", "weekly")
	s.run(23, "run", "watch", s.newest())
	s.shows("purlieu proposal show 41")
	s.account.Asks = ""
	s.run(0, "scan", "delete", "shop", "weekly")
	s.run(4, "run", "watch", id)
	s.shows("the scan weekly of shop", "is deleted", "purlieu run show "+id)
}

func TestWhoStopsWatchingIsToldHowToTakeItUpAgain(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.account.Asks = ""
	s.run(0, "scan", "run", "shop", "weekly")
	id := s.newest()
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/scans/weekly/runs/") {
			return false
		}
		fmt.Fprintf(w, `{"id": %q, "status": "InProgress"}`, id)
		return true
	})
	said := s.until("InProgress", "run", "watch", id)
	if !strings.Contains(said, "purlieu run watch "+id) {
		t.Errorf("how to go on is not said:\n%s", said)
	}
}
