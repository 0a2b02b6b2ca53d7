package scanning

import (
	"hash/crc32"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// runAnswer is a run in its two stages: discovery, which the nodes do, and ingestion, which the account does.
func runAnswer(run scan.RunView, exceptions map[string]int) map[string]any {
	if exceptions == nil {
		exceptions = map[string]int{}
	}
	level := "Incremental"
	if run.Full {
		level = "Full"
	}
	notes := []any{}
	var message, problem any
	if run.Code != "" {
		notes = append(notes, notification(run.Code, run.Text))
		if run.State == model.RunFailed {
			message, problem = run.Text, map[string]any{"code": run.Code, "message": run.Text}
		}
	}
	if run.Proposal != "" && !run.State.Ended() {
		code, why := "DeletionsProposed", "The run would delete so much that a person is asked"
		if run.Asks == scan.ProposeGrowth {
			code, why = "GrowthProposed", "The run brings so many assets that a person is asked first"
		}
		notes = append(notes, notification(code, why+": purlieu proposal show "+run.Proposal))
	}
	if run.Closed != (scan.Closed{}) {
		notes = append(notes, notification("OutsideWindow", run.Closed.Text))
	}
	return map[string]any{
		"id": run.ID, "parentId": nil, "ingestionJobId": run.ID, "resourceId": "datasources/" + run.Source, "status": run.State,
		"startTime": api.Time(run.Queued), "endTime": api.Time(run.Ended),
		"scanRulesetVersion": 1, "scanRulesetType": "System", "scanLevelType": level, "runType": run.Type, "dataSourceType": run.Kind,
		"errorMessage": message, "error": problem,
		"assetsDiscovered": run.Counts.Discovered, "assetsClassified": run.Counts.Classified, // here and below: where older clients look
		"queuedTime": api.Time(run.Queued), "pipelineStartTime": api.Time(run.Started),
		"diagnostics":               map[string]any{"notifications": notes, "exceptionCountMap": exceptions},
		"discoveryExecutionDetails": discovery(run),
		"ingestionExecutionDetails": ingestion(run),
		"purlieu":                   own(run),
	}
}

// notification is one with a number, as published: made of the word that we have, so that equal words have equal ones.
func notification(code, text string) map[string]any {
	return map[string]any{"code": int32(crc32.ChecksumIEEE([]byte(code)) >> 1), "purlieuCode": code, "message": text} //nolint:gosec // 31 bits
}

func discovery(run scan.RunView) map[string]any {
	c := run.Counts
	return map[string]any{
		"discoveryStartTime": api.Time(run.Started), "discoveryEndTime": api.Time(run.DiscoveryEnded), "status": discoveryStatus(run),
		"statistics":          map[string]any{"assets": map[string]any{"discovered": c.Discovered, "classified": c.Classified, "failed": c.Gaps}},
		"isErrorLogAvailable": c.Gaps > 0,
	}
}

func discoveryStatus(run scan.RunView) string {
	switch {
	case run.State == model.RunCanceled:
		return "Cancelled"
	case run.State == model.RunFailed:
		return "Failed"
	case run.Started.IsZero():
		return "Queued"
	case run.DiscoveryEnded.IsZero() && !run.State.Ended():
		return "Running"
	case run.Counts.Gaps > 0:
		return "CompletedWithExceptions"
	}
	return "Succeeded"
}

func ingestion(run scan.RunView) map[string]any {
	c := run.Counts
	taken := c.Created + c.Updated + c.Unchanged // not Changed: what was sent whole may be as it was
	waiting := max(0, c.Discovered-taken)
	var left any // how long it takes is not known before it is over
	if run.State.Ended() {
		waiting, left = 0, 0
	}
	return map[string]any{
		"ingestionStartTime": api.Time(run.IngestionStarted), "ingestionEndTime": api.Time(run.Ended), "status": ingestionStatus(run),
		"statistics": map[string]any{
			"assets":        map[string]any{"succeeded": taken, "failed": c.Quarantine, "processing": waiting},
			"relationships": map[string]any{"succeeded": c.Edges, "failed": 0, "processing": 0},
		},
		"estimatedTimeRemainingInSeconds": left, "isErrorLogAvailable": c.Quarantine > 0,
	}
}

func ingestionStatus(run scan.RunView) string {
	switch {
	case run.State == model.RunCanceled:
		return "Canceled"
	case run.State == model.RunFailed:
		return "Failed"
	case run.State == model.RunSucceeded && run.Counts.Quarantine > 0:
		return "PartialSucceeded"
	case run.State == model.RunSucceeded:
		return "Succeeded"
	case run.IngestionStarted.IsZero():
		return "Queued"
	}
	return "InProgress"
}

// own is what the published shape has no place for.
func own(run scan.RunView) map[string]any {
	units := map[string]int64{}
	for state, name := range map[model.UnitState]string{
		model.UnitQueued: "queued", model.UnitLeased: "leased", model.UnitDone: "done",
		model.UnitClosed: "closed", model.UnitFailed: "failed", model.UnitVoid: "void",
	} {
		units[name] = run.Units[state]
	}
	var closed any
	if run.Closed != (scan.Closed{}) {
		closed = run.Closed
	}
	return map[string]any{
		"source": run.Source, "scan": run.Scan, "runtime": run.Runtime, "level": levelName(run.Level),
		"queued": api.Time(run.Queued), "started": api.Time(run.Started), "units": units, "counts": run.Counts,
		"code": run.Code, "text": run.Text, "proposal": run.Proposal, "closed": closed,
	}
}
