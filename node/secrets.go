package node

import (
	"bytes"
	"context"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/vault"
)

// gatekeeper decides what an attempt is given: secrets and connections. Safe for concurrent use.
type gatekeeper struct {
	rules  *rules
	kinds  []model.Kind
	vaults []vault.Vault
	kept   []string                                           // folders that no source may be read from
	refuse func(host string, addr netip.Addr, port int) error // nil refuses nothing
}

// dial opens a connection to a source, when the policy lets it.
func (g *gatekeeper) dial(ctx context.Context, kind, host string, port int) (net.Conn, error) {
	p, err := g.rules.now()
	if err != nil {
		return nil, err
	}
	d := network.Dialer{Allow: func(host string, addr netip.Addr, port int) error {
		if g.refuse != nil {
			if err := g.refuse(host, addr, port); err != nil {
				return err
			}
		}
		return p.MayDial(kind, host, addr, port)
	}}
	return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

// secrets opens the secrets of an attempt. Each must be allowed for every host that the kind may dial for the source.
// The values are the caller's to wipe.
func (g *gatekeeper) secrets(ctx context.Context, grant bus.Grant) (map[string][]byte, error) {
	p, err := g.rules.now()
	if err != nil || len(grant.Login.Secrets) == 0 {
		return nil, err
	}
	i := slices.IndexFunc(g.kinds, func(k model.Kind) bool { return k.Name == grant.Kind })
	if i < 0 {
		return nil, fault.New(fault.Unsupported, "UnknownKind", "this node reads no sources of kind %q", grant.Kind)
	}
	targets, verified, err := receivers(&g.kinds[i], grant.Settings)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for _, field := range slices.Sorted(maps.Keys(grant.Login.Secrets)) {
		ref := grant.Login.Secrets[field]
		from, err := g.vault(ref.Vault)
		if err != nil {
			return out, err
		}
		for _, t := range targets {
			if err := p.MayUse(ref, grant.Kind, t.host, t.port, verified); err != nil {
				return out, err
			}
		}
		value, err := from.Resolve(ctx, ref)
		if err != nil {
			return out, err
		}
		out[field] = bytes.Clone(value.Reveal())
	}
	return out, nil
}

func (g *gatekeeper) vault(kind string) (vault.Vault, error) {
	kinds := make([]string, len(g.vaults))
	for i, v := range g.vaults {
		if kinds[i] = v.Kind(); v.Kind() == kind {
			return v, nil
		}
	}
	return nil, fault.New(fault.Unsupported, "NoSuchVault", "this node has no vault of kind %q", kind).
		Try("Keep the secret in one that it has, %s, and write the credential with that", strings.Join(kinds, " or "))
}

// receiver is where a secret would go.
type receiver struct {
	host string
	port int
}

// receivers computes, from the kind's own templates, where a source is dialled, and whether its connections are
// verified TLS. A kind that names no place can't be given a secret.
func receivers(kind *model.Kind, settings model.Settings) (list []receiver, verified bool, err error) {
	get := func(field string) string { return kind.Get(settings, field) }
	for _, t := range kind.Dials {
		text, err := t.Expand(get)
		if err != nil {
			return nil, false, err
		}
		cut := strings.LastIndexByte(text, ':')
		port, perr := strconv.Atoi(text[cut+1:])
		host := strings.Trim(text[:max(cut, 0)], "[]")
		if host == "" || perr != nil || port < 1 || port > 65535 {
			return nil, false, fault.New(fault.Invalid, "BadSetting", "the source's settings do not name a host and a port")
		}
		list = append(list, receiver{host, port})
	}
	if len(list) == 0 {
		return nil, false, fault.New(fault.Unsupported, "NoReceiver", "the kind %q does not say where its secrets go", kind.Name)
	}
	text, err := kind.Verified.Expand(get)
	return list, text != "", err
}
