// Package policy is what the owner of a network allows a node to do there. The account can't override it.
//
// A policy is one YAML file on the node. A *source* entry says which sources the node may open connections to; a
// *binding* which sources may receive the secret behind a reference; *hide* which names may not leave. Without a file
// every source is allowed and no secret is bound; a file that is empty, or goes away while the node runs, allows nothing.
// Whatever the file says about names, the node's own loopback, link-local and metadata addresses are refused unless an
// entry names the address itself: names are resolved by others.
//
//	version: 1
//	sources:
//	  any: false                # true: allow lists exceptions only; default true without an allow list
//	  allow:
//	    - kind: PostgreSql      # none: every kind
//	      host: db.internal     # a name, *.name for all below it, * for all, an address, or a network like 10.0.0.0/8
//	      ports: [5432]         # none: every port
//	folders:                    # what may be read of this machine's own files; none without a list
//	  - /srv/data               # with everything below it, but for the node's own folders
//	bindings:
//	  - secret: file:shop-password
//	    sources:
//	      - source: PostgreSql://db.internal:5432
//	        plaintext: false    # true: also over a connection that is not verified TLS
//	hide:
//	  - "*salary*"              # a name at any level
//	  - shop/internal           # a path, with everything below it; texts that say "internal" stay behind too
//	trustAccount: false         # true: any secret to any source that the account names, over verified TLS
//	witness:                    # who takes down how far the egress ledger is, beside the account
//	  - file: /mnt/elsewhere/heads.log
//	  - syslog: tcp://logs.internal:514  # or udp://…, or local: this machine's own
//	    required: true          # nothing leaves while it can't be told
//	limits:
//	  attempts: 4               # at once
//	  connections: 2            # to one host and port at once; no connector has more than one in an attempt
//	  memoryMB: 256             # of one worker
package policy

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/firewall"
)

// Command is how the network's owner allows something, where nothing else is said.
const Command = "purlieu-runtime policy allow"

// Owner is how the owner of a policy edits it, as refusals tell them. The zero one has a runtime's own command, on the node.
type Owner struct {
	Command string // "" is Command
	Flag    string // names the folder that the policy is in, such as --state; "" where the command finds it by itself
	Folder  string // its value
	Machine string // where it is run; "" is the node
}

// Policy is a policy as it was loaded. It does not change; many goroutines may use it.
type Policy struct {
	owner        Owner
	written      bool // it came from a file
	any          bool
	allow        []allowed
	folders      []string             // absolute
	bindings     map[string][]binding // by reference
	hide         []string             // lower case
	traces       []trace              // of hide, one each
	trustAccount bool
	limits       Limits
	terms        []term
	witnesses    []Witness
}

// Limits bound what the account may ask of the node. Zero sets no bound.
type Limits struct {
	Attempts    int // at once
	Connections int // to one host and port at once
	MemoryMB    int // of one worker
}

// allowed is one entry of sources.allow.
type allowed struct {
	kind    string       // "" any
	name    string       // host name, lower case, without a trailing dot; "*" any, "*.x" all below x; "" for a network
	network netip.Prefix // of an address or a network
	ports   []int        // none: any
}

// binding is one source that may receive a secret.
type binding struct {
	source    Source
	plaintext bool
}

// With is the policy with another owner in its refusals.
func (p *Policy) With(owner Owner) *Policy {
	next := *p
	next.owner = owner
	return &next
}

// remedy is the one local command that would allow something, and where it is run.
func (p *Policy) remedy(arguments string) string {
	command := "run on the " + cmp.Or(p.owner.Machine, "node") + ": " + cmp.Or(p.owner.Command, Command) + " " + arguments
	return command + p.owner.Words()
}

// Words are the flag as a command that is told needs it, behind a blank and quoted for a shell; "" where there is none.
func (o Owner) Words() string {
	if o.Flag == "" {
		return ""
	}
	return " " + o.Flag + " " + quote(o.Folder)
}

// Reach says in a sentence what may be reached.
func (p *Policy) Reach() string {
	switch {
	case p.any:
		return "Any source may be reached, but for this machine's own loopback, link-local and metadata addresses that are not listed."
	case len(p.allow) > 0:
		return "Only the sources that are listed may be reached."
	}
	return "No source may be reached."
}

// Default is the policy where there is no file: every source whose address is not refused, no folder, no secret.
func Default() *Policy { return &Policy{any: true} }

// TrustsAccount reports whether secrets need no binding. Say it wherever the policy is shown.
func (p *Policy) TrustsAccount() bool { return p.trustAccount }

// Binds reports whether a secret of this vault may go to some source.
func (p *Policy) Binds(vault string) bool {
	for ref := range p.bindings {
		if strings.HasPrefix(ref, vault+":") {
			return true
		}
	}
	return false
}

// Limits are the bounds on what the account may ask.
func (p *Policy) Limits() Limits { return p.limits }

// MayDial judges one connection to a source, after the host was resolved and again after each redirect: host is the
// name as the source's settings or the redirect have it, addr what will be dialled. It is nil or fault.Denied.
func (p *Policy) MayDial(kind, host string, addr netip.Addr, port int) error {
	addr, host = addr.Unmap().WithZone(""), canonical(host)
	why, refused := firewall.Special(addr)
	for _, a := range p.allow {
		if !a.covers(kind, port) {
			continue
		}
		if refused && a.namesSpecial(why, host, addr) || !refused && a.matches(host, addr) {
			return nil
		}
	}
	if refused {
		return fault.New(fault.Denied, "AddressRefused", "%s resolves to %s (%s), which this node does not connect to", printable(host), addr, why).
			Try("If that is meant, %s", p.remedy("--source "+quote(Source{kind, addr.String(), port}.String())))
	}
	if p.any {
		return nil
	}
	return fault.New(fault.Denied, "SourceNotAllowed", "the local policy does not allow %s", Source{kind, printable(host), port}).
		Try("If that is meant, %s", p.remedy("--source "+quote(Source{kind, host, port}.String())))
}

// MayUse judges one use of a secret: whether the source may receive it. verified says that the connection is TLS and
// that the server's certificate is verified. It is nil or fault.Denied, with the command that would allow it.
func (p *Policy) MayUse(ref model.SecretRef, kind, host string, port int, verified bool) error {
	source := Source{kind, canonical(host), port}
	bound := false
	for _, b := range p.bindings[ref.String()] {
		if b.source != source {
			continue
		}
		if verified || b.plaintext {
			return nil
		}
		bound = true
	}
	if verified && p.trustAccount {
		return nil
	}
	arguments := "--secret " + quote(ref.String()) + " --source " + quote(source.String())
	if !verified {
		arguments += " --plaintext"
	}
	shown := Source{kind, printable(source.Host), port}
	if bound || p.trustAccount {
		return fault.New(fault.Denied, "SecretNeedsTLS", "%s may go to %s only over TLS with a verified certificate", printable(ref.String()), shown).
			Try("Turn on TLS in the source's settings. If the network is trusted, %s", p.remedy(arguments))
	}
	return fault.New(fault.Denied, "SecretNotBound", "the local policy does not let %s go to %s", printable(ref.String()), shown).
		Try("If that is meant, %s", p.remedy(arguments))
}

func (a *allowed) covers(kind string, port int) bool {
	if a.kind != "" && a.kind != kind {
		return false
	}
	if len(a.ports) == 0 {
		return true
	}
	for _, p := range a.ports {
		if p == port {
			return true
		}
	}
	return false
}

func (a *allowed) matches(host string, addr netip.Addr) bool {
	if a.name == "" {
		return a.network.Contains(addr)
	}
	if below, ok := strings.CutPrefix(a.name, "*"); ok {
		if _, err := netip.ParseAddr(host); err == nil { // "*.0.0.1" is no network
			return below == ""
		}
		return below == "" || strings.HasSuffix(host, below) && len(host) > len(below)
	}
	return a.name == host
}

// namesSpecial reports whether the entry was written with the special address in mind: it is that address, or a network
// that is special for the same reason, or "localhost" for a loopback address that was dialled by that name. Metadata
// services must be named one by one.
func (a *allowed) namesSpecial(why, host string, addr netip.Addr) bool {
	if a.name == "localhost" {
		return why == firewall.Loopback && host == "localhost"
	}
	if a.name != "" || !a.network.Contains(addr) {
		return false
	}
	return a.network.IsSingleIP() || why != firewall.Metadata && withinSpecial(a.network, why)
}
