package node

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// Release lets a sort of metadata that may hold values leave: of one source, written "kind://host:port", or of every
// one for "". A node that runs obeys at its next attempt. fault.Invalid for what is no such sort, or names no source.
func Release(stateDir, what, source string) error {
	if source == "" {
		return policy.Release(PolicyPath(stateDir), model.Release(what), nil)
	}
	s, err := policy.ParseSource(source)
	if err != nil {
		return err
	}
	return policy.Release(PolicyPath(stateDir), model.Release(what), &s)
}

// Releases says, one line each, which metadata leaves though it may hold values, and which stays behind though it
// usually leaves.
func Releases(stateDir string) ([]string, error) {
	p, err := policy.Load(PolicyPath(stateDir))
	if err != nil {
		return nil, err
	}
	return p.Says(), nil
}

// terms are what the policy says of one source. A policy that can't be used releases nothing; it allows no connection
// either.
func (g *gatekeeper) terms(grant bus.Grant) model.Terms {
	p, err := g.rules.now()
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(g.kinds, func(k model.Kind) bool { return k.Name == grant.Kind })
	if i < 0 {
		return nil
	}
	var targets []policy.Source
	if list, _, err := receivers(&g.kinds[i], grant.Settings); err == nil { // else the source is none that is dialled
		for _, t := range list {
			targets = append(targets, policy.Source{Kind: grant.Kind, Host: t.host, Port: t.port})
		}
	}
	return p.Terms(grant.Kind, targets)
}

// terms are the owner's for an attempt. What they release is in the egress ledger first; what can't be recorded is not
// released.
func (p *process) terms(ctx context.Context, grant bus.Grant) model.Terms {
	terms := p.gate.terms(grant)
	released := terms.Released()
	if len(released) == 0 {
		return terms
	}
	words := make([]string, len(released))
	for i, r := range released {
		words[i] = string(r)
	}
	detail := fmt.Sprintf("unit %d, attempt %d: %s", grant.Ref.Unit, grant.Ref.Attempt, strings.Join(words, ", "))
	done := make(chan error, 1)
	p.node.Post(func() {
		_, err := p.node.box.Record(time.Now(), outbox.EntryRelease, detail, nil)
		done <- err
	})
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = fault.New(fault.Unreachable, "Stopping", "the attempt ended first").Because(ctx.Err())
	}
	if err != nil {
		p.log.Error("a release can't be written to the egress ledger, and does not count", "unit", grant.Ref.Unit, "err", err)
		return slices.DeleteFunc(terms, func(r model.Release) bool { return !r.Usual() })
	}
	return terms
}
