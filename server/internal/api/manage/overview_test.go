package manage

import (
	"testing"

	"github.com/purlieu/purlieu/server/internal/fleet"
)

func TestABuiltInNodeThatRestsIsNoOutage(t *testing.T) {
	for _, c := range []struct {
		status       fleet.RuntimeStatus
		nodes, still int // that are counted, and for which somebody is asked to look
	}{
		{fleet.RuntimeStatus{State: fleet.Started, Nodes: []fleet.NodeStatus{{State: fleet.Resting}}}, 0, 0},
		{fleet.RuntimeStatus{State: fleet.Started, Nodes: []fleet.NodeStatus{{State: fleet.Online}}, Online: 1, Awaited: 1}, 1, 0},
		{fleet.RuntimeStatus{State: fleet.Offline, Nodes: []fleet.NodeStatus{{State: fleet.Offline}}, Awaited: 1}, 1, 1},
		{fleet.RuntimeStatus{State: fleet.Limited, Nodes: []fleet.NodeStatus{{State: fleet.Online}, {State: fleet.Offline}}, Online: 1, Awaited: 2}, 2, 0},
	} {
		out := overview{Runtimes: &runtimeCounts{}}
		for i := range c.status.Nodes {
			c.status.Nodes[i].Drain = fleet.NotDraining
		}
		out.runtime(c.status)
		if out.Runtimes.Nodes != c.nodes || out.Runtimes.NodesOnline != c.status.Online || len(out.Attention) != c.still {
			t.Errorf("%+v: %+v, %+v", c.status, out.Runtimes, out.Attention)
		}
	}
}
