package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// term is one entry of release or keep: a sort of metadata, of some sources or of all.
type term struct {
	what model.Release
	of   allowed
	some bool // of says which sources; else of all
}

// Terms are what the owner says about metadata of one source that may hold values or people's words. targets are where
// the source is dialled, none for one that is a folder. A release needs every target to be named, for keeping one is
// enough.
func (p *Policy) Terms(kind string, targets []Source) (terms model.Terms) {
	for _, t := range p.terms {
		if !slices.Contains(terms, t.what) && t.is(kind, targets) {
			terms = append(terms, t.what)
		}
	}
	slices.Sort(terms)
	return terms
}

func (t *term) is(kind string, targets []Source) bool {
	switch {
	case !t.some:
		return true
	case t.of.kind != "" && t.of.kind != kind:
		return false
	case t.of.anywhere():
		return true
	case len(targets) == 0:
		return t.what.Usual() // where it is not known where a source is, the doubt is on the side of silence
	}
	named := func(s Source) bool {
		addr, err := netip.ParseAddr(s.Host)
		if t.of.name == "" && err != nil && t.of.network.IsValid() {
			return false // a network does not tell whose names lie in it
		}
		return t.of.covers(kind, s.Port) && (t.of.unbound() || t.of.matches(canonical(s.Host), addr))
	}
	if t.what.Usual() {
		return slices.ContainsFunc(targets, named)
	}
	return !slices.ContainsFunc(targets, func(s Source) bool { return !named(s) })
}

// unbound reports whether an entry names no host.
func (a *allowed) unbound() bool { return a.name == "" && !a.network.IsValid() }

// anywhere reports whether an entry names neither host nor port.
func (a *allowed) anywhere() bool { return a.unbound() && len(a.ports) == 0 }

// released reads one entry of release, or of keep for the sorts that usually leave: a word, or a mapping that says of
// which sources.
func (r *reader) released(usual bool) func(*yaml.Node) error {
	return func(n *yaml.Node) error {
		if n.Kind == yaml.ScalarNode {
			return r.terms([]*yaml.Node{n}, usual, term{})
		}
		t := term{some: true}
		var words []*yaml.Node
		err := r.mapping(n, map[string]func(*yaml.Node) error{
			"what": func(n *yaml.Node) error {
				words = []*yaml.Node{n}
				if n.Kind == yaml.SequenceNode {
					words = n.Content
				}
				return nil
			},
			"kind": func(n *yaml.Node) error { return r.text(n, &t.of.kind) },
			"host": func(n *yaml.Node) error {
				var host string
				if err := r.text(n, &host); err != nil {
					return err
				}
				if !t.of.setHost(host) {
					return r.bad(n, "the host %q is not a name, *.name, *, an address or a network", host)
				}
				return nil
			},
			"ports": func(n *yaml.Node) error {
				return r.list(n, func(n *yaml.Node) error {
					var port int
					err := r.number(n, &port, 1, 65535)
					t.of.ports = append(t.of.ports, port)
					return err
				})
			},
		})
		if err != nil {
			return err
		}
		if t.of.kind != "" && !word(t.of.kind) {
			return r.bad(n, "%q is not a kind of source", t.of.kind)
		}
		if len(words) == 0 {
			return r.bad(n, "an entry says what it is about, as what: [%s]", sorts(usual))
		}
		return r.terms(words, usual, t)
	}
}

func (r *reader) terms(words []*yaml.Node, usual bool, t term) error {
	for _, n := range words {
		var text string
		if err := r.text(n, &text); err != nil {
			return err
		}
		t.what = model.Release(text)
		if !slices.Contains(model.Releases(), t.what) || t.what.Usual() != usual {
			return r.bad(n, "there is no %q here; the words are %s", text, sorts(usual))
		}
		r.p.terms = append(r.p.terms, t)
	}
	return nil
}

// sorts lists the words that release or keep take.
func sorts(usual bool) string {
	var out []string
	for _, what := range model.Releases() {
		if what.Usual() == usual {
			out = append(out, string(what))
		}
	}
	return strings.Join(out, ", ")
}

// Release lets a sort of metadata leave, of one source or, for nil, of every one. What is released already is not
// written again.
func Release(path string, what model.Release, of *Source) error {
	if !slices.Contains(model.Releases(), what) || what.Usual() {
		return fault.New(fault.Invalid, "BadRelease", "there is nothing named %q to release", printable(string(what))).Try("Use one of %s", sorts(false))
	}
	return edit(path, func(p *Policy, root *yaml.Node) error {
		want := term{what: what}
		entry := scalar("!!str", string(what))
		if of != nil {
			want.some = true
			if !word(of.Kind) || !want.of.setHost(of.Host) {
				return fault.New(fault.Invalid, "BadSource", "%q does not name a source", of)
			}
			if slices.Contains(p.Terms(of.Kind, []Source{{of.Kind, canonical(of.Host), of.Port}}), what) {
				return errSame
			}
			entry = &yaml.Node{Kind: yaml.MappingNode}
			set(entry, "what", scalar("!!str", string(what)))
			set(entry, "kind", scalar("!!str", of.Kind))
			set(entry, "host", scalar("!!str", canonical(of.Host)))
			set(entry, "ports", &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{scalar("!!int", fmt.Sprint(of.Port))}})
		} else if slices.ContainsFunc(p.terms, func(t term) bool { return !t.some && t.what == what }) {
			return errSame
		}
		add(child(root, "release", yaml.SequenceNode), entry)
		return nil
	})
}

// Says describes the terms for people, one line each, in the order of the file.
func (p *Policy) Says() (lines []string) {
	for _, t := range p.terms {
		of := "every source"
		if t.some {
			of = t.of.String()
		}
		verb := "leave the network"
		if t.what.Usual() {
			verb = "stay behind"
		}
		lines = append(lines, fmt.Sprintf("%s of %s %s", t.what, of, verb))
	}
	return lines
}

// String names the sources of an entry.
func (a *allowed) String() string {
	host := a.name
	switch {
	case a.unbound():
		host = "any host"
	case host == "" && a.network.IsSingleIP():
		host = a.network.Addr().String()
	case host == "":
		host = a.network.String()
	}
	kind := a.kind
	if kind == "" {
		kind = "any kind"
	}
	if len(a.ports) > 0 {
		return fmt.Sprintf("%s at %s, ports %v", kind, host, a.ports)
	}
	return fmt.Sprintf("%s at %s", kind, host)
}
