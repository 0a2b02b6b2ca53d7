package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/failpoint"
)

// key is the node's private key, as its file has it; "" for none.
func (n *node) key(name string) string {
	n.t.Helper()
	text, err := os.ReadFile(filepath.Join(n.state(), name))
	if err != nil && !os.IsNotExist(err) {
		n.t.Fatal(err)
	}
	return string(text)
}

// keyed reports whether the account has the node's new key, and the node its new key alone.
func (n *node) keyed(old string) bool {
	var list struct {
		Value []struct {
			NodeName     string
			NewKeyWanted bool
		}
	}
	n.account.rest("GET", "/manage/v1/runtimes/edge/nodes", nil, &list)
	for _, one := range list.Value {
		if one.NodeName == n.name {
			return !one.NewKeyWanted && n.key("node.key") != old && n.key("next.key") == "" && n.status().Connected
		}
	}
	return false
}

func TestANodeReplacesItsKeyInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	st := newStage(t, "turning")
	n := st.nodes[0]
	run, release := st.standStill(t)
	old := n.key("node.key")
	st.purlieu("node", "rotate", "edge", n.name)
	until(t, 15*time.Second, "the node has a new key", func() bool { return n.keyed(old) })
	time.Sleep(2 * short) // its leases would have ended
	release()
	st.ends(t, run)
	var units struct{ Value []struct{ Attempt int } }
	st.rest("GET", "/manage/v1/runs/"+run+"/units", nil, &units)
	for _, u := range units.Value {
		if u.Attempt > 1 {
			t.Errorf("a lease was lost: %+v", units)
		}
	}
	if out := n.runtime("egress", "show"); strings.Count(out, "a new key of this node") != 1 {
		t.Errorf("the ledger says:\n%s", out)
	}
	n.runtime("egress", "verify")

	t.Run("and_again_by_its_owner", func(t *testing.T) {
		before := n.key("node.key")
		if out := n.runtime("rotate"); !strings.Contains(out, "has a new key") || n.key("node.key") == before {
			t.Errorf("rotate says:\n%s", out)
		}
		until(t, 15*time.Second, "the node is back", func() bool { return n.keyed(before) })
		n.process.stop(t)
		before = n.key("node.key")
		if out := n.runtime("rotate"); !strings.Contains(out, "once a node runs") || n.key("node.key") != before {
			t.Errorf("with no node rotate says:\n%s", out)
		}
		n.start()
		until(t, 15*time.Second, "the node made it when it was there", func() bool { return n.keyed(before) })
		time.Sleep(1500 * time.Millisecond)
		if _, err := os.Stat(filepath.Join(n.state(), "rotate")); !os.IsNotExist(err) {
			t.Errorf("it would make another one: %v", err)
		}
	})
	t.Run("and_the_account_still_knows_its_ledger", func(t *testing.T) {
		st.scanWhole(st.source)
		until(t, 10*time.Second, "nothing waits in the node", func() bool { return n.status().Unsent == 0 && n.status().Held == 0 })
		n.process.stop(t)
		if out := n.runtime("egress", "reconcile"); !strings.Contains(out, "agrees") {
			t.Errorf("reconcile says:\n%s", out)
		}
		st.purlieu("node", "remove", "edge", n.name)
		if r := n.enrol(st.keys("edge")[0], "--again"); r.code != 0 {
			t.Fatal(r)
		}
		if out := n.runtime("egress", "reconcile"); !strings.Contains(out, "up to entry") {
			t.Errorf("with its new key the same machine has another ledger; reconcile says:\n%s", out)
		}
	})
	t.Run("and_the_old_key_opens_nothing", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(n.state(), "node.key"), []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		n.launch()
		until(t, 15*time.Second, "the account refuses it", func() bool { return n.status().TroubleCode == "NodeNotEnrolled" })
	})
}

func TestANodeThatIsKilledWhileItReplacesItsKeyComesBack(t *testing.T) {
	t.Parallel()
	p, err := theHouse.deadly()
	if err != nil {
		t.Fatal(err)
	}
	a := openAccount(t, p, "--lease", short.String())
	key := a.runtime("edge")
	for i, point := range []string{
		"enrol.next.made:1", "enrol.folder.before:1", "enrol.next.durable:1", "enrol.key.before:1", "enrol.key.after:1", "enrol.next.placed:1", "enrol.folder.before:2",
	} {
		name := fmt.Sprintf("n%d", i)
		n := a.enrolled(key, name)
		old := n.key("node.key")
		n.start(failpoint.EnvPoint + "=" + point)
		a.purlieu("node", "rotate", "edge", name)
		until(t, 15*time.Second, "the node dies at "+point, func() bool { return !n.process.running() })
		if !n.process.killed() {
			t.Fatalf("at %s it ended by itself:\n%s", point, tail(n.process.log))
		}
		n.start()
		until(t, 25*time.Second, "killed at "+point+", the node has a key, and the account takes it", func() bool { return n.keyed(old) })
		n.runtime("egress", "verify")
		n.process.stop(t)
		a.purlieu("node", "remove", "edge", name)
	}

	// The account dies when it has the new key and has not answered.
	a.server.stop(t)
	a.start(failpoint.EnvPoint + "=fleet.key.after:1")
	n := a.enrolled(key, "deaf")
	old := n.key("node.key")
	n.start()
	a.purlieu("node", "rotate", "edge", n.name)
	until(t, 15*time.Second, "the server dies with the new key", func() bool { return !a.server.running() })
	if !a.server.killed() || n.key("node.key") != old || n.key("next.key") == "" {
		t.Fatalf("it ended by itself, or the node gave up one of its keys:\n%s", tail(a.server.log))
	}
	a.start()
	until(t, 40*time.Second, "the node has the key that the account has", func() bool { return n.keyed(old) })
	made := n.key("node.key")
	time.Sleep(12 * time.Second) // as long as a try rests
	if out := n.runtime("egress", "show"); n.key("node.key") != made || strings.Count(out, "a new key of this node") != 1 {
		t.Errorf("it was asked for one new key; the ledger says:\n%s", out)
	}
}
