package scanning

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/scan"
)

func TestIngestionCountsEachAssetOnce(t *testing.T) {
	for name, c := range map[string]struct {
		counts       scan.RunCounts
		state        model.RunState
		taken, waits int64
	}{
		"a first run":                         {scan.RunCounts{Discovered: 7, Changed: 7, Created: 7}, model.RunSucceeded, 7, 0},
		"a run that sends bits for all":       {scan.RunCounts{Discovered: 7, Unchanged: 7}, model.RunSucceeded, 7, 0},
		"a full run that finds all as it was": {scan.RunCounts{Discovered: 7, Changed: 7, Unchanged: 7}, model.RunSucceeded, 7, 0},
		"some new, some changed, some sent whole and as they were, some as bits": {scan.RunCounts{Discovered: 10, Changed: 6, Created: 1, Updated: 2, Unchanged: 7}, model.RunSucceeded, 10, 0},
		"a run that goes on": {scan.RunCounts{Discovered: 10, Changed: 6, Created: 1, Updated: 2, Unchanged: 3}, model.RunInProgress, 6, 4},
	} {
		run := scan.RunView{State: c.state, Counts: c.counts, Started: time.Unix(1, 0)}
		got := ingestion(run)["statistics"].(map[string]any)["assets"].(map[string]any)
		if got["succeeded"] != c.taken || got["processing"] != c.waits {
			t.Errorf("%s: %v", name, got)
		}
	}
}
