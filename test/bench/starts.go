package main

import (
	"fmt"
	"path/filepath"
	"syscall"
	"time"
)

// starts measures what does not depend on the size: starting, idling, and taking over.
func (b *bench) starts() error {
	if err := b.readiness(); err != nil {
		return err
	}
	return b.takeOver()
}

// readiness starts a server in an empty folder and again, and looks at idle processes.
func (b *bench) readiness() error {
	var first, later []time.Duration
	for i := range b.rounds {
		a, ready, err := startAccount(b.bin, filepath.Join(b.dir, fmt.Sprintf("start-%d", i)), nil)
		if err != nil {
			return err
		}
		first = append(first, ready)
		a.stop()
		if ready, err = a.start(); err != nil {
			a.stop()
			return err
		}
		later = append(later, ready)
		if i == b.rounds-1 {
			err = b.idle(a)
		}
		a.stop()
		if err != nil {
			return err
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Milliseconds()) }
	b.report.most("server ready at its first start", median(first, ms), 1000, "ms", "until /readyz says so")
	b.report.most("server ready at a later start", median(later, ms), 200, "ms", "")
	return nil
}

// idle looks at a node and a server that have nothing to do.
func (b *bench) idle(a *account) error {
	if err := a.cli("runtime", "add", "edge"); err != nil {
		return err
	}
	n, err := startNode(a, b.source, "node")
	if err != nil {
		return err
	}
	defer n.stop()
	time.Sleep(5 * time.Second)
	all := processes()
	_, node := tree(all, n.cmd.Process.Pid)
	_, server := tree(all, a.cmd.Process.Pid)
	b.report.most("idle memory of a node", float64(node)/mb, 50, "MB", "resident, five seconds after its start")
	b.report.most("idle memory of the server", float64(server)/mb, 80, "MB", "")
	return nil
}

// takeOver kills a node that reads, and waits until another has read from its units.
func (b *bench) takeOver() error {
	const what, promised = "take-over after kill -9 of a node", "≤ 10 s"
	tables := b.sizes[len(b.sizes)-1]
	for try := range 3 {
		took, err := b.killOne(tables, try)
		if err != nil {
			return err
		}
		if took > 0 {
			b.report.most(what, took.Seconds(), 10, "s", "until the other node has sealed its first batch of a lost unit")
			return nil
		}
	}
	b.report.notRun(what, promised, "the killed node held no unit, three times")
	return nil
}

// killOne gives 0 when the killed node held nothing.
func (b *bench) killOne(tables, try int) (took time.Duration, err error) {
	a, _, err := startAccount(b.bin, filepath.Join(b.dir, fmt.Sprintf("kill-%d", try)), nil)
	if err != nil {
		return 0, err
	}
	defer a.stop()
	if err := a.register(b.source, tables); err != nil {
		return 0, err
	}
	var nodes [2]*node
	for i := range nodes {
		if nodes[i], err = startNode(a, b.source, fmt.Sprintf("node%d", i)); err != nil {
			return 0, err
		}
		defer nodes[i].stop()
	}
	began := time.Now()
	run, err := a.startRun()
	if err != nil {
		return 0, err
	}
	victim := -1
	if err := until("the first batch of tables", time.Minute, func() bool {
		for i, n := range nodes {
			if lines, err := n.ledger(began); err == nil && len(lines) > 3 {
				victim = i
			}
		}
		return victim >= 0
	}); err != nil {
		return 0, err
	}
	killed := time.Now()
	_ = nodes[victim].cmd.Process.Signal(syscall.SIGKILL)
	_ = nodes[victim].cmd.Wait()
	heir := nodes[1-victim]
	err = until("the end of the run", 2*time.Minute, func() bool {
		if took == 0 {
			if lines, err := heir.ledger(killed); err == nil {
				for _, l := range lines {
					if l.Attempt > 1 && took == 0 {
						took = l.Time.Sub(killed)
					}
				}
			}
		}
		state, err := a.run(run.ID)
		time.Sleep(20 * time.Millisecond)
		return err == nil && state.Status == "Succeeded"
	})
	return took, err
}
