package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// short is the lease of these tests: take-over must not wait for six seconds.
const short = 1500 * time.Millisecond

// stage is an account with nodes that read a database, whose undisturbed map is known.
type stage struct {
	*account
	source *source
	nodes  []*node
	want   string // the map after an undisturbed scan
}

// newStage scans the database once in an account of its own to know its map, then makes another account with nodes.
func newStage(t *testing.T, names ...string) *stage {
	t.Helper()
	s := many(t, "many"+names[0])
	st := &stage{account: newAccount(t, "--lease", short.String()), source: s, want: undisturbed(t)}
	key := st.runtime("edge")
	for _, name := range names {
		st.nodes = append(st.nodes, st.node(key, name, s))
	}
	st.register(s)
	return st
}

// undisturbed is the map of the database after a scan by one node, without any trouble.
func undisturbed(t *testing.T) string {
	t.Helper()
	theHouse.calm.Lock()
	defer theHouse.calm.Unlock()
	if theHouse.want != "" {
		return theHouse.want
	}
	s := many(t, "many")
	a := newAccount(t)
	n := a.node(a.runtime("edge"), "calm", s)
	a.register(s)
	a.scanWhole(s)
	dump := a.theMap(s)
	n.process.stop(t)
	a.server.stop(t)
	if strings.Count(dump, "\n") < 600 {
		t.Fatalf("the map is not whole:\n%.4000s", dump)
	}
	theHouse.want = dump
	return dump
}

// theMap is the whole map, with the copy's own name and number taken out: the native ids of all in it begin with that.
func (a *account) theMap(s *source) string {
	a.t.Helper()
	number := regexp.MustCompile(`("postgresql_database".*"NativeID":)"\d+"`)
	below := regexp.MustCompile(`"NativeID":"\d+\.`)
	dump := number.ReplaceAllString(strings.ReplaceAll(a.dump(), s.db, "many"), `$1""`)
	return below.ReplaceAllString(dump, `"NativeID":".`)
}

// standStill starts a run and returns when it stands still in the middle of the tables.
func (st *stage) standStill(t *testing.T) (run string, release func()) {
	t.Helper()
	release = st.source.hold(t)
	run = st.begin(st.source)
	until(t, 15*time.Second, "the scan is in the middle of the tables", func() bool { return st.source.waiting(t) })
	return run, release
}

// ends waits for the end of the run and compares the map.
func (st *stage) ends(t *testing.T, run string) {
	t.Helper()
	if r := st.await(st.source, run, 40*time.Second); r.Status != "Succeeded" || r.Purlieu.Counts.Gaps > 0 {
		t.Errorf("the run ended %s with %+v", r.Status, r.Purlieu)
	}
	if d := difference(st.want, st.theMap(st.source)); d != "" {
		t.Errorf("the map differs from the undisturbed one: %s", d)
	}
}

// busy is the node that works.
func (st *stage) busy(t *testing.T) *node {
	t.Helper()
	var found *node
	until(t, 10*time.Second, "a node says that it works", func() bool {
		for _, n := range st.nodes {
			if n.status().Attempts > 0 {
				found = n
			}
		}
		return found != nil
	})
	return found
}

func TestAnotherNodeTakesOverWhenOneIsKilled(t *testing.T) {
	t.Parallel()
	st := newStage(t, "heir", "victim")
	run, release := st.standStill(t)
	victim := st.busy(t)
	victim.process.kill()
	killed := time.Now()
	release()
	st.ends(t, run)
	if took := time.Since(killed); took > short+15*time.Second {
		t.Errorf("the take-over took %s", took)
	}
	for _, n := range st.nodes {
		if n == victim {
			n.start()
		}
		until(t, 15*time.Second, "nothing waits in the node "+n.name, func() bool { s := n.status(); return s.Connected && s.Unsent == 0 && s.Held == 0 })
		n.runtime("egress", "verify")
		n.runtime("egress", "reconcile")
	}
}

func TestTheServerIsKilledInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	st := newStage(t, "patient")
	run, release := st.standStill(t)
	st.server.kill()
	release()
	time.Sleep(200 * time.Millisecond)
	st.account.start()
	st.ends(t, run)
}

func TestTheAccountIsAwayForLongerThanALease(t *testing.T) {
	t.Parallel()
	st := newStage(t, "lonely")
	run, release := st.standStill(t)
	n := st.nodes[0]
	st.server.stop(t)
	release()
	until(t, 20*time.Second, "the node has read on, and keeps what it found", func() bool { s := n.status(); return s.Attempts == 0 && s.Unsent > 1 })
	time.Sleep(short + time.Second)
	st.account.start()
	st.ends(t, run)
	for _, e := range n.ledger() {
		if e.Kind == "discarded" {
			t.Errorf("no other node took over, but something was read in vain: %+v", e)
		}
	}
}

func TestANodeIsStartedAnewInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	st := newStage(t, "returning")
	run, release := st.standStill(t)
	st.nodes[0].process.stop(t)
	release()
	st.nodes[0].start()
	st.ends(t, run)
}
