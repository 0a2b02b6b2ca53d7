package policy

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// AllowSource adds a source to the policy in the file, which is made when it is not there. It takes nothing away:
// where every source was allowed, every source still is. Comments stay. What is allowed already is not added again.
func AllowSource(path string, s Source) error {
	return edit(path, func(p *Policy, root *yaml.Node) error {
		var want allowed
		if !word(s.Kind) || !want.setHost(s.Host) {
			return fault.New(fault.Invalid, "BadSource", "%q does not name a source", s)
		}
		for _, a := range p.allow {
			if a.covers(s.Kind, s.Port) && a.name == want.name && a.network == want.network {
				return errSame
			}
		}
		sources := child(root, "sources", yaml.MappingNode)
		if p.any && find(sources, "any") == nil {
			set(sources, "any", scalar("!!bool", "true"))
		}
		ports := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{scalar("!!int", strconv.Itoa(s.Port))}}
		entry := &yaml.Node{Kind: yaml.MappingNode}
		set(entry, "kind", scalar("!!str", s.Kind))
		set(entry, "host", scalar("!!str", canonical(s.Host)))
		set(entry, "ports", ports)
		add(child(sources, "allow", yaml.SequenceNode), entry)
		return nil
	})
}

// AllowSecret binds a secret to a source in the file; plaintext lets it go there over a connection that is not
// verified TLS, too. A binding of the same secret to the same source is changed, others stay.
func AllowSecret(path string, ref model.SecretRef, s Source, plaintext bool) error {
	return edit(path, func(p *Policy, root *yaml.Node) error {
		s.Host = canonical(s.Host)
		if slices.Contains(p.bindings[ref.String()], binding{s, plaintext}) {
			return errSame
		}
		entry := &yaml.Node{Kind: yaml.MappingNode}
		set(entry, "source", scalar("!!str", s.String()))
		if plaintext {
			set(entry, "plaintext", scalar("!!bool", "true"))
		}
		bindings := child(root, "bindings", yaml.SequenceNode)
		for _, b := range bindings.Content {
			if name := find(b, "secret"); name != nil && name.Value == ref.String() {
				receivers := child(b, "sources", yaml.SequenceNode)
				receivers.Content = slices.DeleteFunc(receivers.Content, func(n *yaml.Node) bool {
					text := find(n, "source")
					if text == nil {
						return false
					}
					old, err := ParseSource(text.Value)
					return err == nil && old == s
				})
				add(receivers, entry)
				return nil
			}
		}
		b := &yaml.Node{Kind: yaml.MappingNode}
		set(b, "secret", scalar("!!str", ref.String()))
		add(child(b, "sources", yaml.SequenceNode), entry)
		add(bindings, b)
		return nil
	})
}

// TrustAccount writes whether secrets need a binding.
func TrustAccount(path string, trust bool) error {
	return edit(path, func(p *Policy, root *yaml.Node) error {
		if p.trustAccount == trust {
			return errSame
		}
		set(root, "trustAccount", scalar("!!bool", strconv.FormatBool(trust)))
		return nil
	})
}

// errSame is of a change that changes nothing: the file stays as it is, to the last blank.
var errSame = errors.New("the policy says so already")

// edit changes the file as a whole or not at all. A result that is no policy is not written.
func edit(path string, change func(*Policy, *yaml.Node) error) error {
	data, err := read(path)
	if err != nil {
		return err
	}
	before, err := Parse(path, data)
	if err != nil {
		return err
	}
	doc, err := document(path, data)
	if err != nil {
		return err
	}
	var head []byte // a file of comments alone has no node to keep them
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		head = data
		doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
		set(doc.Content[0], "version", scalar("!!int", "1"))
	}
	switch err := change(before, doc.Content[0]); {
	case errors.Is(err, errSame):
		return nil
	case err != nil:
		return err
	}
	var out bytes.Buffer
	if out.Write(head); len(head) > 0 && head[len(head)-1] != '\n' {
		out.WriteByte('\n')
	}
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(doc), enc.Close()); err != nil {
		return fmt.Errorf("write the policy: %w", err)
	}
	if _, err := Parse(path, out.Bytes()); err != nil {
		return err
	}
	return replace(path, out.Bytes())
}

// replace writes a file beside the old one and puts it in its place.
func replace(path string, data []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the policy's folder: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".policy-*")
	if err != nil {
		return fmt.Errorf("write the policy: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if old, serr := os.Stat(path); serr == nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil && runtime.GOOS != "windows" {
			return errors.Join(fmt.Errorf("keep the policy's mode: %w", err), f.Close())
		}
	}
	_, werr := f.Write(data)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write the policy: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("replace the policy: %w", err)
	}
	return nil
}

func scalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// find is the value of a key, nil where there is none.
func find(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func set(n *yaml.Node, key string, value *yaml.Node) {
	if old := find(n, key); old != nil {
		value.LineComment = old.LineComment
		*old = *value
		return
	}
	n.Style = 0
	n.Content = append(n.Content, scalar("!!str", key), value)
}

// child is the list or mapping under a key, made where there is none.
func child(n *yaml.Node, key string, kind yaml.Kind) *yaml.Node {
	if old := find(n, key); old != nil && old.Kind == kind {
		return old
	}
	set(n, key, &yaml.Node{Kind: kind})
	return find(n, key)
}

// add appends to a list, which is written one entry a line from then on.
func add(list, entry *yaml.Node) {
	list.Style = 0
	list.Content = append(list.Content, entry)
}
