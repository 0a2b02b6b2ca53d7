package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/failpoint"
)

// TestTheMapIsTheSameWhereverAProcessIsKilled runs a scan once undisturbed to learn which failpoints it passes, and
// then once for each of them: there server or node dies by SIGKILL, and is started again.
func TestTheMapIsTheSameWhereverAProcessIsKilled(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	stencil, s := newStencil(t, "manydeaths")
	passed := listen(t, stencil, s, want, nil)
	if len(passed["server"]) < 15 || len(passed["node"]) < 15 {
		t.Fatalf("an undisturbed scan passes only these failpoints: %v", passed)
	}
	for _, victim := range []string{"server", "node"} {
		for _, point := range slices.Sorted(maps.Keys(passed[victim])) {
			for _, nth := range times(passed[victim][point]) {
				t.Run(fmt.Sprintf("%s_at_%s_time_%d", victim, point, nth), func(t *testing.T) {
					t.Parallel()
					d := &death{account: stencil.copy(t), source: s, victim: victim, point: fmt.Sprintf("%s:%d", point, nth)}
					d.play(t, want)
				})
			}
		}
	}
}

// TestTheMapIsTheSameWhenAProcessIsKilledAtARenewal does the same for the failpoints that only a scan of some length
// passes: the database makes it wait.
func TestTheMapIsTheSameWhenAProcessIsKilledAtARenewal(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	stencil, s := newStencil(t, "manyrenewals")
	passed := listen(t, stencil, s, want, func() func() { return s.hold(t) })
	for _, victim := range []string{"server", "node"} {
		points := slices.DeleteFunc(slices.Sorted(maps.Keys(passed[victim])), func(point string) bool { return !strings.HasSuffix(point, "/renew") })
		if len(points) < 2 {
			t.Fatalf("a scan that waits passes only these failpoints: %v", passed[victim])
		}
		for _, point := range points {
			t.Run(fmt.Sprintf("%s_at_%s", victim, point), func(t *testing.T) {
				d := &death{account: stencil.copy(t), source: s, victim: victim, point: point + ":1", release: s.hold(t)}
				d.play(t, want)
			})
		}
	}
}

// newStencil is an account with an enrolled node and a registered source, stopped, to make copies of.
func newStencil(t *testing.T, db string) (*account, *source) {
	t.Helper()
	p, err := theHouse.deadly()
	if err != nil {
		t.Fatal(err)
	}
	stencil := openAccount(t, p, "--lease", short.String())
	s := many(t, db)
	n := stencil.machine("mortal")
	if r := n.enrol(stencil.runtime("edge")); r.code != 0 {
		t.Fatalf("enrol: %s", r)
	}
	n.allow(s)
	stencil.register(s)
	stencil.server.stop(t)
	return stencil, s
}

// times chooses at which of its passes a failpoint kills: in the middle, or in a soak at up to five of them.
func times(passes int) []int {
	if os.Getenv("PURLIEU_SOAK") == "" {
		return []int{(passes + 1) / 2}
	}
	var list []int
	for i := range 5 {
		list = append(list, 1+i*(passes-1)/4)
	}
	return slices.Compact(list)
}

// listen runs an undisturbed scan and counts what server and node pass. hold makes it wait for a second; nil does not.
func listen(t *testing.T, stencil *account, s *source, want string, hold func() (release func())) map[string]map[string]int {
	t.Helper()
	a := stencil.copy(t)
	n := a.machine("mortal")
	logs := map[string]string{"server": filepath.Join(a.dir, "server.points"), "node": filepath.Join(a.dir, "node.points")}
	a.start(failpoint.EnvLog + "=" + logs["server"])
	n.start(failpoint.EnvLog + "=" + logs["node"])
	if hold != nil {
		release := hold()
		time.AfterFunc(3*time.Second, release)
	}
	a.scanWhole(s)
	until(t, 15*time.Second, "the node is through", func() bool { s := n.status(); return s.Held == 0 && s.Unsent == 0 })
	time.Sleep(1500 * time.Millisecond) // receipts are synced within a second
	n.process.stop(t)
	a.server.stop(t)
	if d := difference(want, a.theMap(s)); d != "" {
		t.Fatalf("the undisturbed map is not the one of a build without failpoints: %s", d)
	}
	passed := map[string]map[string]int{}
	for who, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		passed[who] = map[string]int{}
		for _, name := range strings.Fields(string(text)) {
			passed[who][name]++
		}
	}
	return passed
}

// copy is another account with all that this one had, on ports of its own. Both must be stopped.
func (a *account) copy(t testing.TB) *account {
	t.Helper()
	b := &account{t: t, dir: t.TempDir(), programs: a.programs, port: theHouse.port(t), plain: theHouse.port(t), flags: a.flags}
	for _, folder := range []string{"data", "client", "node-mortal"} {
		copyFolder(t, filepath.Join(a.dir, folder), filepath.Join(b.dir, folder))
	}
	for _, file := range []string{"client/login.json", "node-mortal/state/node.json"} {
		path := filepath.Join(b.dir, file)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, port := range [][2]int{{a.port, b.port}, {a.plain, b.plain}} {
			text = bytes.ReplaceAll(text, fmt.Appendf(nil, ":%d", port[0]), fmt.Appendf(nil, ":%d", port[1]))
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// copyFolder copies a folder with its modes, which keys insist on.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// death is one world in which a process dies.
type death struct {
	*account
	source *source
	victim string
	point  string // name:nth
	// release lets the source go on when the victim is dead; nil where it was never held.
	release func()
	node    *node
}

// play starts both, the victim to die at its point; lets a scan run; starts the victim again when it is dead; and
// compares the map.
func (d *death) play(t *testing.T, want string) {
	t.Helper()
	d.node = &node{t: t, account: d.account, name: "mortal", dir: filepath.Join(d.dir, "node-mortal")}
	trap := failpoint.EnvPoint + "=" + d.point
	victim := d.launchBoth(trap)
	if !eventually(40*time.Second, func() bool { d.keepScanning(); return !victim().running() }) {
		t.Fatalf("the %s never came to %s", d.victim, d.point)
	}
	if !victim().killed() {
		t.Fatalf("the %s ended by itself: %s\n%s", d.victim, victim().cmd.ProcessState, tail(victim().log))
	}
	if d.release != nil {
		d.release()
	}
	if d.victim == "server" {
		d.account.start()
	} else {
		d.node.start()
	}
	until(t, 15*time.Second, "a run has been started", func() bool { d.keepScanning(); return len(d.runs(d.source)) > 0 })
	for _, r := range d.runs(d.source) {
		if r := d.await(d.source, r.ID, 60*time.Second); r.Status != "Succeeded" || r.Purlieu.Counts.Gaps > 0 {
			t.Errorf("the run ended %s with %+v", r.Status, r.Purlieu)
		}
	}
	until(t, 20*time.Second, "nothing waits in the node", func() bool { s := d.node.status(); return s.Connected && s.Unsent == 0 && s.Held == 0 })
	d.node.runtime("egress", "verify")
	d.node.runtime("egress", "reconcile")
	if diff := difference(want, d.theMap(d.source)); diff != "" {
		t.Errorf("the map differs from the undisturbed one: %s", diff)
	}
}

func (d *death) launchBoth(trap string) (victim func() *process) {
	if d.victim == "server" {
		d.launch(trap)
		eventually(20*time.Second, func() bool { return d.ready() || !d.server.running() })
		d.node.launch()
		return func() *process { return d.server }
	}
	d.account.start()
	d.node.launch(trap)
	return func() *process { return d.node.process }
}

// keepScanning starts a run when none is active. The server may be dead, or die of it.
func (d *death) keepScanning() {
	status, answer := d.ask(d.token(), "GET", "/scan/datasources/"+d.source.db+"/scans/nightly/runs", nil)
	if status != 200 || bytes.Contains(answer, []byte(`"InProgress"`)) || bytes.Contains(answer, []byte(`"Accepted"`)) {
		time.Sleep(100 * time.Millisecond)
		return
	}
	d.ask(d.token(), "POST", "/scan/datasources/"+d.source.db+"/scans/nightly:run", nil)
	time.Sleep(100 * time.Millisecond)
}
