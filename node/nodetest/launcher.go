// Package nodetest gives the simulated world what a node needs of its machine: workers that read on a virtual clock,
// and a disk that loses power.
package nodetest

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/broker"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/node/internal/survey"
	"github.com/purlieu/purlieu/wire"

	"github.com/purlieu/purlieu/model"
)

// Disk is a node's disk in memory.
type Disk = disktest.Memory

// NewDisk is an empty disk.
func NewDisk(rng *rand.Rand) *Disk { return disktest.New(rng) }

var _ disk.Disk = (*Disk)(nil)

// Workers launches simulated workers: the shipped survey reads the whole unit at the moment when its base is here, and what it
// yields arrives piece by piece, later and later, as fast as the node takes it.
type Workers struct {
	Connector connector.Connector
	// Engine is what samples are held against; nil where nothing is sampled. It serves one node's loop.
	Engine *classify.Engine
	// After lets something happen later, on the node's loop.
	After func(do func())
	// Killed is asked at each piece: true kills the worker there.
	Killed func() bool
	// Pieces bounds the assets of one piece, so that small sources make many batches.
	Pieces int
}

// Start implements broker.Launcher.
func (w *Workers) Start(grant bus.Grant, base broker.Base, sink broker.Sink) broker.Worker {
	run := &running{workers: w, sink: sink}
	if base == nil {
		w.read(run, grant, nil)
		return run
	}
	whole := survey.NewBase()
	var take func([]bus.BaseBlock, bool)
	take = func(piece []bus.BaseBlock, more bool) {
		for _, b := range piece {
			whole.Add(b)
		}
		switch {
		case run.stopped:
		case more:
			base(take)
		default:
			w.read(run, grant, whole)
		}
	}
	base(take)
	return run
}

// read reads the whole unit now.
func (w *Workers) read(run *running, grant bus.Grant, base *survey.Base) {
	log := slog.New(slog.DiscardHandler)
	deps := survey.Deps{Log: log, Engine: w.Engine, Dial: func(context.Context, string, int) (net.Conn, error) {
		return nil, fault.New(fault.Unsupported, "NoNetwork", "the simulated world has no sockets")
	}}
	end := survey.Run(context.Background(), pipe.Job{Grant: grant}, base, w.Connector, deps, func(p *bus.Piece) error {
		f, err := factsOf(p)
		run.pieces = append(run.pieces, split(f, w.Pieces)...)
		return err
	})
	run.result = broker.Result{Outcome: end.Outcome, Code: end.Code, Remedy: end.Remedy, Retry: end.Retry, Assets: end.Assets, Identity: end.Identity}
	if len(end.Listed) > 0 {
		var listed []model.Listed
		if err := wire.Decode(end.Listed, &listed); err == nil {
			run.result.Listed = listed
		}
	}
	w.After(run.next)
}

// factsOf is a piece as the supervisor reads it.
func factsOf(p *bus.Piece) (f bus.Facts, err error) {
	raw, err := bus.Encode(p)
	if err != nil {
		return f, err
	}
	return f, pipe.Decode(raw, &f)
}

// split cuts facts into pieces of at most n assets; the rest travels with the last.
func split(f bus.Facts, n int) []bus.Facts {
	var out []bus.Facts
	for n > 0 && len(f.Assets) > n {
		out = append(out, bus.Facts{Assets: f.Assets[:n], Rows: f.Rows[:n]})
		f.Assets, f.Rows = f.Assets[n:], f.Rows[n:]
	}
	return append(out, f)
}

type running struct {
	workers *Workers
	sink    broker.Sink
	pieces  []bus.Facts
	result  broker.Result
	stopped bool
}

func (r *running) next() {
	switch {
	case r.stopped:
	case r.workers.Killed():
		r.stopped = true
		r.sink.End(broker.Result{Outcome: bus.OutcomeFailed, Code: "WorkerDied", Retry: true})
	case len(r.pieces) == 0:
		r.stopped = true
		r.sink.End(r.result)
	default:
		f := r.pieces[0]
		r.pieces = r.pieces[1:]
		r.sink.Facts(f, func() { r.workers.After(r.next) })
	}
}

// Stop implements broker.Worker.
func (r *running) Stop() { r.stopped = true }

// Verify holds a node's ledger against itself, its receipts and what the account says that it receipted.
func Verify(d *Disk, key ed25519.PublicKey, index uint64, head []byte) error {
	report, err := outbox.Verify(d, key)
	if err != nil {
		return fmt.Errorf("verify the ledger: %w", err)
	}
	if report.Unverified > 0 {
		return fmt.Errorf("%d receipts in the ledger carry no signature", report.Unverified)
	}
	if index == 0 {
		return nil
	}
	_, differ, err := outbox.Reconcile(d, []outbox.Receipted{{Index: index, Head: [32]byte(head)}})
	if err != nil {
		return fmt.Errorf("reconcile the ledger: %w", err)
	}
	if len(differ) > 0 {
		return fmt.Errorf("the account has receipted what the ledger does not have: %+v", differ)
	}
	return nil
}
