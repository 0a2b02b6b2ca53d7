package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/failpoint"
)

// smallDisk puts an empty folder on a disk of its own, of a few MiB. The test is skipped where that is not allowed.
func smallDisk(t *testing.T, folder string, mib int) {
	t.Helper()
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", folder, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", mib)); err != nil {
		t.Skipf("skipped: a small disk (tmpfs) can't be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
}

// fillDisk leaves so many bytes free on a folder's disk, and gives what makes room again.
func fillDisk(t *testing.T, folder string, leave int64) (undo func()) {
	t.Helper()
	path := filepath.Join(folder, "filler")
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	piece := make([]byte, 4096)
	for left := int64(st.Bavail)*st.Bsize - leave; left > 0; left -= int64(len(piece)) {
		if _, err := f.Write(piece); err != nil {
			if leave > 0 {
				t.Fatal(err)
			}
			break
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// health is what /healthz says.
func (a *account) health() (status int, text string) {
	status, answer := a.ask("", http.MethodGet, "/healthz", nil)
	return status, string(answer)
}

func TestAnAccountWhoseDiskIsFull(t *testing.T) {
	t.Parallel()
	p, err := theHouse.usual()
	if err != nil {
		t.Fatal(err)
	}
	want := undisturbed(t)
	s := many(t, "manydisk")
	a := plannedAccount(t, p, "--keep-free", "16")
	smallDisk(t, a.data(), 64)
	a.start()
	a.signIn()
	n := a.node(a.runtime("edge"), "one", s)
	a.register(s)
	is := func(what string, status int, code string) {
		t.Helper()
		until(t, 60*time.Second, what, func() bool {
			got, text := a.health()
			return got == status && strings.Contains(text, code)
		})
	}

	t.Run("nearly_lets_scans_wait_and_people_go_on", func(t *testing.T) {
		undo := fillDisk(t, a.data(), 8<<20)
		is("the account says that scans wait", http.StatusOK, "StoreShort")
		run := a.begin(s)
		time.Sleep(4 * time.Second) // longer than a node waits between two claims
		if r := a.runs(s)[0]; r.ID != run || r.Status != "Accepted" && r.Status != "Queued" || n.status().Attempts != 0 {
			t.Errorf("the run is %+v", r)
		}
		a.purlieu("runtime", "add", "another")
		undo()
		if r := a.await(s, run, 90*time.Second); r.Status != "Succeeded" {
			t.Errorf("with room again the run ended %s", r.Status)
		}
		if d := difference(want, a.theMap(s)); d != "" {
			t.Errorf("the map differs: %s", d)
		}
	})
	t.Run("wholly_in_the_middle_of_a_scan_loses_nothing", func(t *testing.T) {
		for i := range 4 {
			sql := fmt.Sprintf("do $$ begin for k in 20..140 loop execute format('comment on table part%d.facts_%%s is %%L', k, 'changed'); end loop; end $$", i)
			if err := s.server.Exec(s.db, sql); err != nil {
				t.Fatal(err)
			}
		}
		release := s.hold(t)
		run := a.begin(s)
		until(t, 60*time.Second, "the scan is in the middle of the tables", func() bool { return s.waiting(t) })
		undo := fillDisk(t, a.data(), 0)
		release()
		refused := ""
		for i := 0; i < 400 && refused == ""; i++ {
			status, answer := a.ask(a.token(), http.MethodPut, fmt.Sprintf("/scan/integrationRuntimes/room%d", i),
				map[string]any{"kind": "SelfHosted", "properties": map[string]any{"description": strings.Repeat("x", 20_000)}})
			if status >= 400 {
				refused = fmt.Sprint(status, " ", string(answer))
			}
		}
		if !strings.Contains(refused, "StoreFull") || !strings.Contains(refused, "Make room") {
			t.Errorf("a person is told: %s", refused)
		}
		is("the account says that its disk is full", http.StatusServiceUnavailable, "StoreFull")
		time.Sleep(3 * time.Second)
		undo()
		is("the account is well again", http.StatusOK, `"ok"`)
		r := a.await(s, run, 120*time.Second)
		if r.Status != "Succeeded" || r.Purlieu.Counts.Gaps > 0 || r.Purlieu.Counts.Updated != 4*121 {
			t.Errorf("the run ended %s with %+v", r.Status, r.Purlieu)
		}
		n.runtime("egress", "verify")
		n.runtime("egress", "reconcile")
	})
}

// TestTheMapIsTheSameWhenANodeIsKilledOnAFullDisk kills a node at the failpoint that only one passes whose disk is full: it
// has given back the room of a spool that waits for nothing.
func TestTheMapIsTheSameWhenANodeIsKilledOnAFullDisk(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	stencil, s := newStencil(t, "manyfulldisks")
	d := newDeath(t, stencil, s, "node", "outbox.drop.before")
	outbox := filepath.Join(d.node.state(), "outbox") // which a node makes when it first runs
	smallDisk(t, outbox, 8)
	victim := d.launchBoth(failpoint.EnvPoint + "=" + d.point)
	release := s.hold(t)
	run := d.begin(s)
	until(t, 40*time.Second, "the scan is in the middle of the tables, and all before it has its receipt", func() bool {
		spools, err := filepath.Glob(filepath.Join(outbox, "spool-*"))
		status := d.node.status()
		return err == nil && len(spools) > 0 && s.waiting(t) && status.Held == 0 && status.Unsent == 0
	})
	undo := fillDisk(t, outbox, 0)
	release()
	until(t, 40*time.Second, "the node is dead", func() bool { return !victim().running() })
	undo()
	d.dies(t, victim)
	if r := d.await(s, run, 60*time.Second); r.Status != "Succeeded" || r.Purlieu.Counts.Gaps > 0 {
		t.Errorf("the run ended %s with %+v", r.Status, r.Purlieu)
	}
	d.scansOn(t, want)
}
