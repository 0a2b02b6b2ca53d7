package scan

import (
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/server/internal/store"
)

// mayRead reports whether the claiming node may be given a unit. What a node-local source is depends on the machine, so
// its units go only to nodes that vouch for it: that have found it there, allowed, and of the identity that is known.
// The others are asked to check. Planning that no node vouched for in a while goes to any: what refuses it there is the
// reason that a person needs.
func (p *picker) mayRead(u store.Unit, c chosenUnit) (bool, error) {
	kind, err := kindOf(p.ctx, p.tx, c.body.Grant.Kind)
	if err != nil || !kind.NodeLocal || slices.Contains(p.vouched, u.Source) {
		return true, err
	}
	asked := c.run.Queued // since then nodes were asked; not while the source was closed
	if opened := p.hours[u.Source].since; opened.After(asked) {
		asked = opened
	}
	if u.Parent == 0 && !p.tx.Now().Before(asked.Add(p.s.cfg.Vouching)) {
		return true, nil
	}
	if len(p.locals) >= bus.MaxLocals || slices.ContainsFunc(p.locals, func(l bus.Local) bool { return l.Source == u.Source }) {
		return false, nil
	}
	system, _, err := identityOf(p.ctx, p.tx, u.Source)
	p.locals = append(p.locals, bus.Local{Source: u.Source, Kind: c.body.Grant.Kind, Settings: c.body.Grant.Settings, System: system})
	return false, err
}
