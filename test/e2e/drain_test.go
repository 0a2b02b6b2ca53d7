package e2e

import (
	"strings"
	"testing"
	"time"
)

func TestADrainedNodeFinishesWhatItHoldsAndStaysDrainedUntilItIsResumed(t *testing.T) {
	t.Parallel()
	st := newStage(t, "leaving", "staying")
	listed := func(n *node) string {
		for line := range strings.Lines(st.purlieu("node", "list", "edge")) {
			if strings.Contains(line, n.name) {
				return line
			}
		}
		return ""
	}
	drain := func(n *node) {
		t.Helper()
		st.purlieu("node", "drain", "edge", n.name)
		until(t, 10*time.Second, n.name+" has heard that it is to drain", func() bool { return n.status().Drained })
	}
	run, release := st.standStill(t)
	leaving := st.busy(t)
	if leaving.status().Drained {
		t.Fatal("nobody told it to drain")
	}
	drain(leaving)
	if s := leaving.status(); s.Held == 0 {
		t.Fatal("it gave up what it holds")
	}
	until(t, 10*time.Second, "the account lists it as draining", func() bool { return strings.Contains(listed(leaving), "Online, draining") })
	if out := leaving.runtime("status"); !strings.Contains(out, "DRAINING") {
		t.Errorf("its status says:\n%s", out)
	}
	release()
	st.ends(t, run)
	until(t, 15*time.Second, "the account lists it as drained", func() bool { return strings.Contains(listed(leaving), "Online, drained") })
	entries := len(leaving.ledger())

	// Neither a new life of the account nor one of the node resumes it.
	st.server.stop(t)
	leaving.process.stop(t)
	st.account.start()
	leaving.start()
	until(t, 10*time.Second, "it has heard of it again", func() bool { return leaving.status().Drained })
	st.scanWhole(st.source)
	for _, e := range leaving.ledger()[entries:] {
		if e.Kind == "batch" || e.Kind == "done" {
			t.Errorf("a drained node read: %+v", e)
		}
	}

	// With no node left the run says why it waits.
	for _, n := range st.nodes {
		drain(n)
	}
	run = st.begin(st.source)
	var waiting struct{ Waits []struct{ Code string } }
	until(t, 10*time.Second, "the run says that it waits for a node", func() bool {
		st.rest("GET", "/manage/v1/runs/"+run, nil, &waiting)
		return len(waiting.Waits) == 1 && waiting.Waits[0].Code == "NodesDrained"
	})
	if out := st.purlieu("run", "show", run); !strings.Contains(out, "purlieu node resume") {
		t.Errorf("the client does not say why it waits:\n%s", out)
	}
	time.Sleep(2 * short)
	for _, n := range st.nodes {
		if s := n.status(); s.Held > 0 || !s.Drained {
			t.Errorf("%s claimed: %+v", n.name, s)
		}
	}
	st.purlieu("node", "resume", "edge", leaving.name)
	st.ends(t, run)
	if line := listed(leaving); strings.Contains(line, "drain") {
		t.Errorf("after it was resumed: %s", line)
	}
	until(t, 10*time.Second, "its status says that it drains no more", func() bool { return !leaving.status().Drained }) // it is written now and then
}
