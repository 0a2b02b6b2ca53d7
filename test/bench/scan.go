package main

import (
	"fmt"
	"time"
)

// measured is what one run took, up to each of its stages. Processor time is that of PostgreSQL, node and workers for
// discovery, and of the server with its store too for what follows.
type measured struct {
	sealed     spent // from the first claim until the last batch was in the node's ledger
	durable    spent // from :run until the run had succeeded: everything is applied, and the run is final
	searchable spent // from :run until search is complete
	bytes      int64 // of the batches, packed, as the account received them
	assets     int64
	version    int64 // of the map, behind the run
	peaks      []int64
	by         [4]time.Duration // processor time until searchable: the source, node, server, PostgreSQL as its store
}

// scan starts a run and follows it. source is the process of the source, 0 where it is none.
func scan(a *account, n *node, source int) (m measured, err error) {
	own := a.pids()
	roots := []int{source, n.cmd.Process.Pid, own[0], own[1]}
	stop := watch(roots[1:3]...)
	defer func() { m.peaks = stop() }()
	before := cpuOf(roots...)
	began := time.Now()
	run, err := a.startRun()
	if err != nil {
		return m, err
	}
	if err := until("the end of the run", 10*time.Minute, func() bool {
		if run, err = a.run(run.ID); err != nil || (run.Status != "Queued" && run.Status != "Accepted" && run.Status != "InProgress") {
			return true
		}
		time.Sleep(40 * time.Millisecond) // each look costs the server something, too
		return false
	}); err != nil {
		return m, err
	}
	at := cpuOf(roots...)
	if err == nil && run.Status != "Succeeded" {
		err = fmt.Errorf("the run ended as %s: %v", run.Status, run.Error)
	}
	if err != nil {
		return m, err
	}
	_, newest, err := a.versions(0)
	if err != nil {
		return m, err
	}
	if _, _, err = a.versions(newest); err != nil {
		return m, err
	}
	m.searchable.wall = time.Since(began)
	last := cpuOf(roots...)
	for i := range roots {
		if i < 2 {
			m.sealed.cpu += at[i] - before[i]
		}
		m.durable.cpu += at[i] - before[i]
		m.searchable.cpu += last[i] - before[i]
		m.by[i] = last[i] - before[i]
	}
	m.version, m.bytes, m.assets = newest, run.Own.Counts.Bytes, run.Own.Counts.Discovered
	return m, m.times(n, run, began)
}

// times fills in what the server's and the node's own records date.
func (m *measured) times(n *node, run runState, began time.Time) error {
	started, err := time.Parse(time.RFC3339Nano, run.Discovery.Start)
	if err != nil {
		return fmt.Errorf("the run's start: %w", err)
	}
	ended, err := time.Parse(time.RFC3339Nano, run.End)
	if err != nil {
		return fmt.Errorf("the run's end: %w", err)
	}
	lines, err := n.ledger(began)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fmt.Errorf("the node's ledger holds nothing of the run")
	}
	m.sealed.wall = lines[len(lines)-1].Time.Sub(started)
	m.durable.wall = ended.Sub(began)
	return nil
}
