package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/failpoint"
)

// TestTheMapIsTheSameWhenANodeIsKilledWhileItRecovers kills a node at the failpoints that only one passes that starts
// behind a power loss: the ends of its files are torn, and all that its old spool holds has receipts.
func TestTheMapIsTheSameWhenANodeIsKilledWhileItRecovers(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	stencil, s := newStencil(t, "manypowercuts")
	stencil.start()
	n := stencil.machine("mortal")
	n.start()
	stencil.scanWhole(s)
	until(t, 15*time.Second, "the node is through", func() bool { s := n.status(); return s.Held == 0 && s.Unsent == 0 })
	n.process.stop(t)
	stencil.server.stop(t)
	for _, kind := range []string{"ledger", "receipts", "spool"} {
		n.tear(kind)
	}
	passed := listen(t, stencil, s, want, nil)["node"]
	for _, point := range []string{
		"outbox.cut.before/ledger", "outbox.cut.after/ledger", "outbox.cut.before/receipts", "outbox.cut.after/receipts",
		"outbox.cut.before/spool", "outbox.cut.after/spool", "outbox.torn.before", "outbox.trim.before", "outbox.trim.after",
	} {
		if passed[point] == 0 {
			t.Errorf("a node behind a power loss does not pass %s: %v", point, passed)
			continue
		}
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			d := newDeath(t, stencil, s, "node", point)
			victim := d.launchBoth(failpoint.EnvPoint + "=" + d.point)
			d.dies(t, victim)
			d.scansOn(t, want)
		})
	}
}

// tear leaves half a write at the end of the newest file of a kind, as a power loss may.
func (n *node) tear(kind string) {
	n.t.Helper()
	files, err := filepath.Glob(filepath.Join(n.state(), "outbox", kind+"-*"))
	if err != nil || len(files) == 0 {
		n.t.Fatalf("the node has no %s: %v", kind, err)
	}
	slices.Sort(files)
	f, err := os.OpenFile(files[len(files)-1], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, err := f.WriteString("{\"v\":1,\"i\":"); err != nil {
		n.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		n.t.Fatal(err)
	}
}

// TestTheMapIsTheSameWhenAProcessIsKilledOverAQuestion kills the server when it asks a node, and the node when it answers.
func TestTheMapIsTheSameWhenAProcessIsKilledOverAQuestion(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	stencil, s := newStencil(t, "manyquestions")
	for victim, point := range map[string]string{"server": "bus.ask.before", "node": "bus.told.before"} {
		t.Run(victim+"_at_"+point, func(t *testing.T) {
			t.Parallel()
			d := newDeath(t, stencil, s, victim, point)
			dead := d.launchBoth(failpoint.EnvPoint + "=" + d.point)
			until(t, 20*time.Second, "the node is connected", func() bool { return d.node.status().Connected })
			question := map[string]any{"scan": "nightly"}
			asked := make(chan int, 1)
			token := d.token()
			go func() { // the server waits for the node that died
				status, _ := d.ask(token, "POST", "/manage/v1/datasources/"+s.db+"/test", question)
				asked <- status
			}()
			d.dies(t, dead)
			if status := <-asked; status == 200 {
				t.Errorf("the question was answered")
			}
			until(t, 20*time.Second, "the node is connected again", func() bool { return d.node.status().Connected })
			until(t, 20*time.Second, "the question is answered", func() bool {
				status, _ := d.ask(token, "POST", "/manage/v1/datasources/"+s.db+"/test", question)
				return status == 200
			})
			d.scansOn(t, want)
		})
	}
}

// newDeath is a world in which a process is to die when it first passes a point.
func newDeath(t *testing.T, stencil *account, s *source, victim, point string) *death {
	t.Helper()
	d := &death{account: stencil.copy(t), source: s, victim: victim, point: point + ":1"}
	d.node = &node{t: t, account: d.account, name: "mortal", dir: filepath.Join(d.dir, "node-mortal")}
	return d
}

// dies waits until the victim is dead, and starts it again.
func (d *death) dies(t *testing.T, victim func() *process) {
	t.Helper()
	until(t, 40*time.Second, fmt.Sprintf("the %s is dead at %s", d.victim, d.point), func() bool { return !victim().running() })
	if !victim().killed() {
		t.Fatalf("the %s ended by itself: %s\n%s", d.victim, victim().cmd.ProcessState, tail(victim().log))
	}
	if d.victim == "server" {
		d.account.start()
	} else {
		d.node.start()
	}
}

// scansOn scans the source and compares map and ledger.
func (d *death) scansOn(t *testing.T, want string) {
	t.Helper()
	d.scanWhole(d.source)
	until(t, 20*time.Second, "nothing waits in the node", func() bool { s := d.node.status(); return s.Connected && s.Unsent == 0 && s.Held == 0 })
	d.node.runtime("egress", "verify")
	d.node.runtime("egress", "reconcile")
	if diff := difference(want, d.theMap(d.source)); diff != "" {
		t.Errorf("the map differs from the undisturbed one: %s", diff)
	}
}
