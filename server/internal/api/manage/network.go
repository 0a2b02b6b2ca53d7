package manage

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/gate"
)

// Network keeps the account's network policy; gate.Service is one.
type Network interface {
	Policy(ctx context.Context) (gate.Versioned, error)
	Put(ctx context.Context, p gate.Policy, version int64, by string) (gate.Versioned, error)
	// Try judges those who came lately by a policy that is not in force.
	Try(p gate.Policy) []gate.Tried
	Refusals(limit int) []gate.Refusal
}

func (p *Plane) networkRoutes() []api.Route {
	return []api.Route{
		{Method: "GET", Pattern: "/network", Handler: p.may(access.WriteNetwork, p.network)},
		{Method: "PUT", Pattern: "/network", Handler: p.may(access.WriteNetwork, p.putNetwork)},
		{Method: "POST", Pattern: "/network:try", Handler: p.may(access.WriteNetwork, p.tryNetwork)},
		{Method: "GET", Pattern: "/network/refusals", Handler: p.may(access.WriteNetwork, p.refusals)},
	}
}

// modes are the words for the modes of public network access, in their order.
func modes() []string { return []string{"enabled", "disabledForIngestion", "disabled"} }

// networkBody is a network policy on the wire.
type networkBody struct {
	Access      string        `json:"publicNetworkAccess"`
	PortalPages bool          `json:"portalPages"` // the static pages stay public while all else is private
	Rules       []networkRule `json:"rules"`
	Version     *int64        `json:"version,omitempty"`
	By          string        `json:"modifiedBy,omitempty"`
	At          *time.Time    `json:"modified,omitempty"`
}

// networkRule allows or refuses a range at a door. The first that matches decides; where a door has rules, what matches
// none is refused.
type networkRule struct {
	Door   string `json:"door"` // "" every door
	Range  string `json:"range"`
	Effect string `json:"effect"` // "allow", "refuse"
}

func networkOf(v gate.Versioned) networkBody {
	out := networkBody{
		Access: modes()[v.Policy.Access], PortalPages: v.Policy.PortalPages, Rules: []networkRule{}, Version: &v.Version, By: v.By, At: when(v.At),
	}
	for _, r := range v.Policy.Rules {
		effect := "allow"
		if r.Refuse {
			effect = "refuse"
		}
		out.Rules = append(out.Rules, networkRule{string(r.Door), r.Range.String(), effect})
	}
	return out
}

// policy reads a policy, and refuses one that can't be applied.
func (b networkBody) policy() (gate.Policy, error) {
	mode := slices.Index(modes(), b.Access)
	if mode < 0 {
		return gate.Policy{}, fault.New(fault.Invalid, "BadAccess", "publicNetworkAccess must be enabled, disabledForIngestion or disabled")
	}
	p := gate.Policy{PortalPages: b.PortalPages}
	for range mode {
		p.Access++
	}
	for i, r := range b.Rules {
		prefix, err := netip.ParsePrefix(r.Range)
		if err != nil {
			addr, aerr := netip.ParseAddr(r.Range)
			if aerr != nil {
				return p, fault.New(fault.Invalid, "BadRule", "rule %d: %q is not a range of addresses", i+1, r.Range[:min(len(r.Range), 80)]).
					Try("Write it as 10.1.0.0/16, or a single address")
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		if r.Effect != "allow" && r.Effect != "refuse" {
			return p, fault.New(fault.Invalid, "BadRule", "rule %d: effect must be allow or refuse", i+1)
		}
		rule := gate.Rule{Range: prefix, Refuse: r.Effect == "refuse"}
		rule.Door = gate.Door(r.Door)
		p.Rules = append(p.Rules, rule)
	}
	return p, gate.Check(p)
}

func (p *Plane) network(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	v, err := p.Network.Policy(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, networkOf(v))
}

// putNetwork writes the policy, and closes what it no longer allows. One that would refuse the caller's own connection is
// a Conflict unless ?force=true says that this is meant.
func (p *Plane) putNetwork(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	var body networkBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	next, err := body.policy()
	if err != nil {
		return err
	}
	version := int64(0)
	if body.Version != nil {
		version = *body.Version
	}
	if ok, reason := gate.Judge(next, p.Arrival(r)); !ok && r.URL.Query().Get("force") != "true" {
		return fault.New(fault.Conflict, "LocksYouOut", "this would refuse your own connection: %s", reason).
			Try("Allow the network that you come from, or send force=true. This machine's own door (127.0.0.1) stays open in any case")
	}
	v, err := p.Network.Put(r.Context(), next, version, who.ID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, networkOf(v))
}

// visitor is what a policy would say to somebody who came lately.
type visitor struct {
	Door    string    `json:"door"`
	Way     string    `json:"way"` // public, private, local, in process
	Peer    string    `json:"peer"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
	Count   int64     `json:"count"`
	Live    int       `json:"liveConnections"`
	Refused bool      `json:"refusedNow"` // by the policy in force, the last time
	Allow   bool      `json:"allowed"`    // by the policy that is tried
	Reason  string    `json:"reason"`
}

// tryNetwork says whom a policy would refuse, and changes nothing.
func (p *Plane) tryNetwork(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	var body networkBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	policy, err := body.policy()
	if err != nil {
		return err
	}
	allow, reason := gate.Judge(policy, p.Arrival(r))
	visitors, refused, cut := []visitor{}, 0, 0
	for _, t := range p.Network.Try(policy) {
		if !t.Allow && !t.Refused {
			refused++
			cut += t.Live
		}
		if len(visitors) < maxPage {
			visitors = append(visitors, visitor{
				Door: string(t.Arrival.Door), Way: t.Way, Peer: peerText(t.Arrival.Peer.Addr()), First: t.First, Last: t.Last, Count: t.Count,
				Live: t.Live, Refused: t.Refused, Allow: t.Allow, Reason: t.Reason,
			})
		}
	}
	return answer(w, http.StatusOK, map[string]any{
		"you":      map[string]any{"allowed": allow, "reason": reason},
		"visitors": visitors, "newlyRefused": refused, "connectionsClosed": cut,
	})
}

func peerText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().String()
}

// refusal says why somebody was blocked.
type refusal struct {
	At     time.Time `json:"at"`
	Door   string    `json:"door"`
	Peer   string    `json:"peer"`
	Reason string    `json:"reason"`
}

// refusals are the newest arrivals at this replica that were refused.
func (p *Plane) refusals(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	value := []refusal{}
	for _, f := range p.Network.Refusals(at.Limit) {
		value = append(value, refusal{f.At, f.Door, peerText(f.Peer), f.Reason})
	}
	return answer(w, http.StatusOK, page{Value: value})
}
