package node

import (
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector/folder"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// folder finds the folder of a node-local source, when the policy lets it be read; nil for other sources. A folder that
// can't be opened is refused here, so that its fault is said at once.
func (g *gatekeeper) folder(grant bus.Grant) (*pipe.Folder, error) {
	i := slices.IndexFunc(g.kinds, func(k model.Kind) bool { return k.Name == grant.Kind })
	if i < 0 || g.kinds[i].Folder == "" {
		return nil, nil
	}
	kind := &g.kinds[i]
	name, err := kind.Folder.Expand(func(field string) string { return kind.Get(grant.Settings, field) })
	if err != nil {
		return nil, err
	}
	p, err := g.rules.now()
	if err != nil {
		return nil, err
	}
	allowed, below, err := p.MayRead(name)
	if err != nil {
		return nil, err
	}
	root := folder.Root{Allowed: allowed, Below: below, Kept: g.kept}
	f, err := folder.Open(root)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, fault.New(fault.NotFound, "NoFolder", "the folder %s is not there on this node's machine", name).
			Try("Mount it, or correct the source's folder")
	case fault.CodeOf(err) == "NotAFolder":
		return nil, fault.New(fault.Denied, "FolderIsLink", "the way from the allowed folder to the source's leads through a link, or ends at a file").
			Try("Give the source the folder's real name, and allow that")
	case err != nil:
		return nil, err
	}
	return &pipe.Folder{Allowed: allowed, Below: below, Kept: g.kept}, f.Close()
}

// vouch checks node-local sources beside the loop, since a mount may be slow, and answers on it.
func (p *process) vouch(list []bus.Local, answer func([]string)) {
	go func() {
		var sources []string
		for _, l := range list {
			if p.gate.holds(l) {
				sources = append(sources, l.Source)
			}
		}
		p.node.Post(func() { answer(sources) })
	}()
}

// holds reports whether a node-local source is on this machine, allowed, and the one that it should be.
func (g *gatekeeper) holds(l bus.Local) bool {
	at, err := g.folder(bus.Grant{Kind: l.Kind, Settings: l.Settings})
	if err != nil || at == nil {
		return false
	}
	f, err := folder.Open(folder.Root{Allowed: at.Allowed, Below: at.Below, Kept: at.Kept})
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	e, err := f.Look("")
	return err == nil && (l.System == "" || e.Identity().System == l.System)
}
