package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/purlieu/purlieu/fault"
)

const maxFile = 1 << 20

// Load reads the policy; a file that is not there is Default. It fails with fault.Invalid where the file says what a
// policy can't say, with the line, for one that is empty, as an editor leaves it for a moment and a full disk for longer,
// and with fault.Denied for a file that everybody on the machine may write.
func Load(path string) (*Policy, error) {
	data, err := read(path)
	switch {
	case err != nil:
		return nil, err
	case data != nil && len(bytes.TrimSpace(data)) == 0:
		return nil, fault.New(fault.Invalid, "PolicyEmpty", "the policy %s is empty", path).
			Try("Write \"version: 1\" into it where it is meant to restrict nothing")
	}
	return Parse(path, data)
}

// LoadThere is Load of a file that was there a moment ago: what is gone does not allow what it forbade. It is
// fault.Denied then.
func LoadThere(path string) (*Policy, error) {
	p, err := Load(path)
	if err == nil && !p.written {
		return nil, fault.New(fault.Denied, "PolicyGone", "the policy %s was there and is gone", path).
			Try("Put it back. To go on without one, start the node again")
	}
	return p, err
}

// read is the content of the file, nil where there is none.
func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the policy %s: %w", path, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o002 != 0 {
		return nil, fault.New(fault.Denied, "PolicyTooOpen", "the policy %s can be written by everybody on this machine", path).
			Try("Run: chmod o-w %s", quote(path))
	}
	if info.Size() > maxFile {
		return nil, fault.New(fault.Invalid, "BadPolicy", "the policy %s has more than %d bytes", path, maxFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the policy %s: %w", path, err)
	}
	return data, nil
}

// Parse reads a policy; name stands in its errors.
func Parse(name string, data []byte) (*Policy, error) {
	doc, err := document(name, data)
	if err != nil {
		return nil, err
	}
	r := reader{name: name, p: &Policy{written: data != nil, any: true, bindings: map[string][]binding{}}}
	if len(doc.Content) == 0 {
		return r.p, nil
	}
	err = r.mapping(doc.Content[0], map[string]func(*yaml.Node) error{
		"version":      r.version,
		"sources":      r.sources,
		"folders":      func(n *yaml.Node) error { return r.list(n, r.folder) },
		"bindings":     func(n *yaml.Node) error { return r.list(n, r.binding) },
		"hide":         func(n *yaml.Node) error { return r.list(n, r.hidden) },
		"trustAccount": func(n *yaml.Node) error { return r.flag(n, &r.p.trustAccount) },
		"limits":       r.limits,
		"witness":      func(n *yaml.Node) error { return r.list(n, r.witness) },
		"release":      func(n *yaml.Node) error { return r.list(n, r.released(false)) },
		"keep":         func(n *yaml.Node) error { return r.list(n, r.released(true)) },
	})
	if err != nil {
		return nil, err
	}
	return r.p, nil
}

// document parses one YAML document, which may be empty.
func document(name string, data []byte) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if err == nil {
		if err = dec.Decode(&second); err == nil {
			return nil, fault.New(fault.Invalid, "BadPolicy", "%s line %d: a policy is one document", name, second.Line)
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "BadPolicy", "%s is not YAML: %s", name, strings.TrimPrefix(err.Error(), "yaml: ")).Because(err)
	}
	return &doc, nil
}

// reader fills a policy from YAML nodes, and refuses what it does not know, with the line.
type reader struct {
	name string
	p    *Policy
}

func (r *reader) bad(n *yaml.Node, format string, args ...any) error {
	return fault.New(fault.Invalid, "BadPolicy", "%s line %d: %s", r.name, n.Line, fmt.Sprintf(format, args...))
}

func (r *reader) mapping(n *yaml.Node, keys map[string]func(*yaml.Node) error) error {
	if n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return r.bad(n, "keys are expected here: %s", strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		use, ok := keys[key.Value]
		if !ok || key.Kind != yaml.ScalarNode {
			return r.bad(key, "there is no key %q here; the keys are %s", key.Value, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
		}
		if seen[key.Value] {
			return r.bad(key, "the key %q is there twice", key.Value)
		}
		seen[key.Value] = true
		if err := use(n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) list(n *yaml.Node, use func(*yaml.Node) error) error {
	if n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return r.bad(n, "a list is expected here")
	}
	for _, item := range n.Content {
		if err := use(item); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) text(n *yaml.Node, out *string) error {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" {
		return r.bad(n, "a text is expected here")
	}
	*out = n.Value
	return nil
}

func (r *reader) flag(n *yaml.Node, out *bool) error {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Decode(out) != nil {
		return r.bad(n, "true or false is expected here")
	}
	return nil
}

func (r *reader) number(n *yaml.Node, out *int, least, most int) error {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || n.Decode(out) != nil || *out < least || *out > most {
		return r.bad(n, "a number from %d to %d is expected here", least, most)
	}
	return nil
}

func (r *reader) version(n *yaml.Node) error {
	var v int
	if err := r.number(n, &v, 1, 1<<30); err != nil {
		return err
	}
	if v != 1 {
		return r.bad(n, "this build knows policies of version 1 only")
	}
	return nil
}

func (r *reader) limits(n *yaml.Node) error {
	bound := func(out *int, most int) func(*yaml.Node) error {
		return func(n *yaml.Node) error { return r.number(n, out, 1, most) }
	}
	return r.mapping(n, map[string]func(*yaml.Node) error{
		"attempts":    bound(&r.p.limits.Attempts, 1000),
		"connections": bound(&r.p.limits.Connections, 1000),
		"memoryMB":    bound(&r.p.limits.MemoryMB, 1<<20),
	})
}

func (r *reader) hidden(n *yaml.Node) error {
	var pattern string
	if err := r.text(n, &pattern); err != nil {
		return err
	}
	pattern = strings.ToLower(plainPattern(strings.TrimSuffix(pattern, "/")))
	if pattern == "" || strings.HasPrefix(pattern, "/") || strings.Contains(pattern, "//") {
		return r.bad(n, "%q is no pattern: write a name, or names joined by slashes from the source's root", n.Value)
	}
	r.p.hide, r.p.traces = append(r.p.hide, pattern), append(r.p.traces, traceOf(pattern))
	return nil
}

func (r *reader) sources(n *yaml.Node) error {
	listed, said := false, false
	err := r.mapping(n, map[string]func(*yaml.Node) error{
		"any": func(n *yaml.Node) error {
			said = true
			return r.flag(n, &r.p.any)
		},
		"allow": func(n *yaml.Node) error {
			listed = true
			return r.list(n, r.allowed)
		},
	})
	if listed && !said {
		r.p.any = false
	}
	return err
}

func (r *reader) allowed(n *yaml.Node) error {
	var a allowed
	var host string
	err := r.mapping(n, map[string]func(*yaml.Node) error{
		"kind": func(n *yaml.Node) error { return r.text(n, &a.kind) },
		"host": func(n *yaml.Node) error { return r.text(n, &host) },
		"ports": func(n *yaml.Node) error {
			if err := r.list(n, func(n *yaml.Node) error {
				var port int
				err := r.number(n, &port, 1, 65535)
				a.ports = append(a.ports, port)
				return err
			}); err != nil {
				return err
			}
			if len(a.ports) == 0 {
				return r.bad(n, "the list of ports is empty; leave it out to allow every port")
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	if a.kind != "" && !word(a.kind) {
		return r.bad(n, "%q is not a kind of source", a.kind)
	}
	if !a.setHost(host) {
		return r.bad(n, "the host %q is not a name, *.name, *, an address or a network", host)
	}
	r.p.allow = append(r.p.allow, a)
	return nil
}

// setHost understands a host as a policy may write it.
func (a *allowed) setHost(host string) bool {
	if network, err := netip.ParsePrefix(host); err == nil {
		a.network = network.Masked()
		return !network.Addr().Is4In6()
	}
	host = canonical(host)
	if addr, err := netip.ParseAddr(host); err == nil {
		a.network = netip.PrefixFrom(addr, addr.BitLen())
		return true
	}
	a.name = host
	if host == "*" {
		return true
	}
	return hostLike(strings.TrimPrefix(host, "*."))
}

func (r *reader) binding(n *yaml.Node) error {
	var secret string
	var list []binding
	err := r.mapping(n, map[string]func(*yaml.Node) error{
		"secret": func(n *yaml.Node) error { return r.text(n, &secret) },
		"sources": func(n *yaml.Node) error {
			return r.list(n, func(n *yaml.Node) error {
				b, err := r.receiver(n)
				list = append(list, b)
				return err
			})
		},
	})
	if err != nil {
		return err
	}
	if vault, name, ok := strings.Cut(secret, ":"); !ok || vault == "" || name == "" {
		return r.bad(n, "a binding needs a secret, written as vault:name, such as file:shop-password")
	}
	r.p.bindings[secret] = append(r.p.bindings[secret], list...)
	return nil
}

func (r *reader) receiver(n *yaml.Node) (b binding, err error) {
	var source string
	err = r.mapping(n, map[string]func(*yaml.Node) error{
		"source":    func(n *yaml.Node) error { return r.text(n, &source) },
		"plaintext": func(n *yaml.Node) error { return r.flag(n, &b.plaintext) },
	})
	if err != nil {
		return b, err
	}
	if b.source, err = ParseSource(source); err != nil {
		return b, r.bad(n, "%s", err)
	}
	return b, nil
}
