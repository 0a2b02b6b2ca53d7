package manage

import (
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

func TestABuiltInNodeThatRestsIsNoOutage(t *testing.T) {
	for _, c := range []struct {
		kind          model.RuntimeKind
		state         string
		nodes, online int
		wantAll, want int
		attention     int
	}{
		{model.RuntimeManaged, fleet.Started, 1, 0, 0, 0, 0},
		{model.RuntimeManaged, fleet.Started, 1, 1, 1, 1, 0},
		{model.RuntimeSelfHosted, fleet.Offline, 1, 0, 1, 0, 1},
		{model.RuntimeSelfHosted, fleet.Limited, 2, 1, 2, 1, 0},
	} {
		status := fleet.RuntimeStatus{Runtime: fleet.Runtime{Name: "one", Kind: c.kind}, State: c.state, Online: c.online}
		for i := range c.nodes {
			n := fleet.NodeStatus{State: fleet.Offline, Drain: fleet.NotDraining}
			if i < c.online {
				n.State = fleet.Online
			}
			status.Nodes = append(status.Nodes, n)
		}
		out := overview{Runtimes: &runtimeCounts{}}
		out.runtime(status)
		if out.Runtimes.Nodes != c.wantAll || out.Runtimes.NodesOnline != c.want || len(out.Attention) != c.attention {
			t.Errorf("%+v: %+v, %+v", c, out.Runtimes, out.Attention)
		}
	}
}
