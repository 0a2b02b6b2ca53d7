package policy

import (
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// MayRead judges the folder of a node-local source by its name: it must be a listed one, or lie below one. root is that
// one, and below the names from there down, of which none may be a link: whoever opens the folder sees to that. A name
// from the listed folder down that is hidden hides all below it, also from a source that begins there. It fails with
// fault.Denied, with the command that would allow the folder where there is one, and fault.Invalid for a name that is none.
func (p *Policy) MayRead(folder string) (root string, below []string, err error) {
	at, err := absolute(folder)
	if err != nil {
		return "", nil, err
	}
	for _, root := range p.folders {
		rel, err := filepath.Rel(root, at)
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		if rel == "." {
			return root, nil, nil
		}
		below := strings.Split(rel, string(filepath.Separator))
		escaped := make([]string, len(below))
		for i, name := range below {
			escaped[i] = model.EscapeName(name)
		}
		if p.Hidden(strings.Join(escaped, "/")) {
			return "", nil, fault.New(fault.Denied, "HiddenByPolicy", "the local policy does not let that be looked at")
		}
		return root, below, nil
	}
	return "", nil, fault.New(fault.Denied, "FolderNotAllowed", "the local policy does not allow the folder %s", printable(at)).
		Try("If that is meant, %s", p.remedy("--folder "+quote(at)))
}

// absolute is a folder's name in the one way that names are compared in.
func absolute(folder string) (string, error) {
	if !filepath.IsAbs(folder) || strings.ContainsRune(folder, 0) {
		return "", fault.New(fault.Invalid, "BadFolder", "%q is not the whole name of a folder on the node's machine", printable(folder)).
			Try("Write it from the root on, such as /srv/data")
	}
	return filepath.Clean(folder), nil
}

func (r *reader) folder(n *yaml.Node) error {
	var text string
	if err := r.text(n, &text); err != nil {
		return err
	}
	at, err := absolute(text)
	if err != nil {
		return r.bad(n, "%q is not the whole name of a folder", text)
	}
	r.p.folders = append(r.p.folders, at)
	return nil
}

// AllowFolder adds a folder to the policy in the file, which is made when it is not there. What is allowed already is
// not added again.
func AllowFolder(path, folder string) error {
	at, err := absolute(folder)
	if err != nil {
		return err
	}
	return edit(path, func(p *Policy, root *yaml.Node) error {
		if _, _, err := p.MayRead(at); err == nil {
			return errSame
		}
		add(child(root, "folders", yaml.SequenceNode), scalar("!!str", at))
		return nil
	})
}
