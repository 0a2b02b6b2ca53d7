package node

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/policy"
	"github.com/purlieu/purlieu/node/internal/witness"
)

// LedgerTestimony is what a witness has of a ledger.
type LedgerTestimony = outbox.Testimony

// Times of witnesses.
const (
	witnessTime    = 3 * time.Second  // for the last head, when the process stops
	attestedWithin = 10 * time.Second // for what somebody waits for
)

// WitnessLedger holds the ledger against a file of a witness: one that the node wrote, or a log of the system log that it was
// told to. node is whose ledger it is to be, as its state says; only where there is no state, "", the ledger is believed. broken counts
// lines of the file that begin as heads do and can't be read. A file without a head of the node is fault.NotFound
// "NothingWitnessed": it says nothing, good or bad. It may run while the node does.
func WitnessLedger(stateDir, node, file string) (report LedgerReport, told LedgerTestimony, broken int, err error) {
	d, err := ledgerOf(stateDir)
	if err != nil {
		return report, told, 0, err
	}
	whose := node
	if node == "" {
		_ = outbox.Show(d, 1, 1, func(e LedgerEntry) error { // what is wrong with it is said below
			whose = e.Node
			return nil
		})
	}
	f, err := os.Open(file)
	if err != nil {
		return report, told, 0, unread(file, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return report, told, 0, unread(file, err)
	}
	// What it is told from now on is of entries that may come behind the end of this look.
	notes := witness.NewNotes(io.LimitReader(f, info.Size()), whose)
	report, told, err = outbox.Witnessed(d, node, notes.Next)
	if err == nil && told.Heads == 0 && len(told.Differences) == 0 {
		err = fault.New(fault.NotFound, "NothingWitnessed", "in %s stands no head of the ledger of %s, so it says nothing of it", file, whose).
			Try("Give the file that purlieu-runtime policy show names, or what the system log wrote, as old as the ledger if it is rotated")
	}
	return report, told, notes.Broken, err
}

// unread is the error of a witness's file that is not there, or may not be read.
func unread(file string, err error) error {
	return fault.New(fault.NotFound, "NoWitness", "what the witness has in %s can't be read", file).
		Try("Give the file that purlieu-runtime policy show names, as somebody who may read it").Because(err)
}

// AddWitness has the heads of the egress ledger taken down in a file, or a system log, from now on; a node that runs obeys at once.
func AddWitness(stateDir, file, syslog string, required bool) error {
	return policy.AddWitness(PolicyPath(stateDir), policy.Witness{File: file, Syslog: syslog, Required: required})
}

// notWitnessed refuses to let something leave.
func notWitnessed() error {
	return fault.New(fault.Unreachable, console.CodeNotWitnessed, "a witness that the owner requires can't be told of the egress ledger, so nothing leaves").
		Try("Look at purlieu-runtime status on the node")
}

// attest has the witnesses told how far the ledger is, and adds to the status how they stand. Those of a policy that can't be used stay those of before.
func (p *process) attest(s *console.Status, head bus.Seal) {
	if rules, err := p.rules.now(); err == nil {
		p.witnesses.Use(rules.Witnesses())
	}
	p.witnesses.Head(head)
	state := p.witnesses.State()
	s.Witness = console.Witness{Count: state.Count, Index: state.Index, Withheld: state.Withheld}
	if state.Behind != nil {
		s.Witness.Trouble = state.Behind.Error()
	}
}

// requireWitness lets nothing leave before the witnesses that the owner requires were told of it, from the first moment on.
func (p *process) requireWitness() error {
	rules, err := p.rules.now()
	if err != nil {
		return err
	}
	p.witnesses.Use(rules.Witnesses())
	return nil
}

// attested waits until those that the owner requires were told of an entry of the ledger.
func (p *process) attested(ctx context.Context, seal bus.Seal) error {
	ctx, cancel := context.WithTimeout(ctx, attestedWithin)
	defer cancel()
	p.witnesses.Head(seal)
	if !p.witnesses.Await(ctx, seal.Index) {
		return notWitnessed()
	}
	return nil
}

// endWitness tells the witnesses the last head.
func (p *process) endWitness(head bus.Seal) {
	ctx, cancel := context.WithTimeout(context.Background(), witnessTime)
	defer cancel()
	p.witnesses.Close(ctx, head)
}
