package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestANodeHasNoMoreConnectionsThanItsOwnerSays(t *testing.T) {
	t.Parallel()
	s := ownServer(t, "create table rose (id int, mail text)")
	dbs := []*source{{s.server, "north"}, {s.server, "south"}, {s.server, "west"}}
	for _, db := range dbs {
		s.exec(t, "postgres", "create database "+db.db)
		s.exec(t, db.db, "create schema beds; create table beds.rose (id int, mail text default 'none'); insert into beds.rose select i, 'a@example.com' from generate_series(1, 50) i; grant usage on schema beds to scanner; grant select on beds.rose to scanner")
	}
	a := newAccount(t)
	n := a.enrolled(a.runtime("edge"), "one")
	n.allow(s)
	a.register(s)
	for _, db := range dbs {
		a.purlieu("scan", "add", "garden", db.db, "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+db.db, "--level", "L3")
	}
	policy := filepath.Join(n.state(), "policy.yaml")
	written, err := os.ReadFile(policy)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{2, 1} {
		t.Run(fmt.Sprintf("%d_at_once", limit), func(t *testing.T) {
			text := strings.TrimRight(string(written), "\n") + "\nlimits:\n  attempts: 3\n  connections: " + strconv.Itoa(limit) + "\n"
			if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			var releases []func()
			for _, db := range dbs { // each scan stands still in its database
				releases = append(releases, db.hold(t))
			}
			watch := watchConnections(t, s)
			n.start()
			runs := map[string]string{}
			for _, db := range dbs {
				var r scanRun
				if err := json.Unmarshal([]byte(a.purlieu("-o", "json", "scan", "run", "garden", db.db)), &r); err != nil || r.ID == "" {
					t.Fatalf("scan run gave no run: %v", err)
				}
				runs[db.db] = r.ID
			}
			until(t, 15*time.Second, "as many read as may", func() bool { return watch.now() == limit })
			if limit == 1 {
				if got := a.test("garden", map[string]any{"scan": "north"}); got.OK || got.Problem == nil || got.Problem.Code != "SourceBusy" {
					t.Errorf("a test of the connection: %+v", got)
				}
			}
			for _, release := range releases {
				release()
			}
			for db, run := range runs {
				var r scanRun
				until(t, 60*time.Second, "the run of "+db+" has ended", func() bool {
					a.rest("GET", "/scan/datasources/garden/scans/"+db+"/runs/"+run, nil, &r)
					return r.ended()
				})
				if r.Status != "Succeeded" {
					t.Errorf("the run of %s ended %s: %+v", db, r.Status, r.Purlieu)
				}
			}
			if most, looks := watch.end(); most != limit || looks < 100 {
				t.Errorf("%d connections stood at once in %d looks, want %d", most, looks, limit)
			}
			n.process.stop(t)
		})
	}
}

// watcher counts the scanner's connections in the server itself, again and again.
type watcher struct {
	mu               sync.Mutex
	last, most, seen int
	stop             func()
}

func watchConnections(t *testing.T, s *source) *watcher {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	conn := (&source{s.server, "postgres"}).connect(ctx, t)
	w, done := &watcher{}, make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = conn.Close(context.Background()) }()
		for ctx.Err() == nil {
			n := 0
			err := conn.QueryRow(ctx, "select count(*) from pg_stat_activity where usename = 'scanner'", pgx.QueryExecModeSimpleProtocol).Scan(&n)
			if err != nil {
				return
			}
			w.mu.Lock()
			w.last, w.most, w.seen = n, max(w.most, n), w.seen+1
			w.mu.Unlock()
			time.Sleep(3 * time.Millisecond)
		}
	}()
	w.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(w.stop)
	return w
}

func (w *watcher) now() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *watcher) end() (most, looks int) {
	w.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.most, w.seen
}
