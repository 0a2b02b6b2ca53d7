//go:build linux

package filesystem_test

import (
	"slices"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/folder"
)

// hooked is a folder in which things happen between two looks.
type hooked struct {
	connector.Folder
	open func(name string) // before a file is opened
	read func(name string) // before it is read
}

func (h *hooked) Enter(name string) (connector.Folder, error) {
	next, err := h.Folder.Enter(name)
	if err != nil {
		return nil, err
	}
	return &hooked{next, h.open, h.read}, nil
}

func (h *hooked) Open(name string) (connector.OpenFile, error) {
	h.open(name)
	f, err := h.Folder.Open(name)
	if err != nil {
		return nil, err
	}
	return &hookedFile{f, func() { h.read(name) }}, nil
}

type hookedFile struct {
	connector.OpenFile
	read func()
}

func (f *hookedFile) ReadAt(p []byte, off int64) (int, error) {
	f.read()
	return f.OpenFile.ReadAt(p, off)
}

func hook(env *connectortest.Env, open, read func(string)) {
	if open == nil {
		open = func(string) {}
	}
	if read == nil {
		read = func(string) {}
	}
	env.Reach = func(path string) (connector.Folder, error) {
		f, err := folder.Open(folder.Root{Allowed: path})
		if err != nil {
			return nil, err
		}
		return &hooked{f, open, read}, nil
	}
}

func countOpens(env *connectortest.Env) *int {
	n := 0
	hook(env, func(string) { n++ }, nil)
	return &n
}

func gaps(h *connectortest.Haul) []string {
	var out []string
	for _, g := range h.Gaps {
		out = append(out, g.Path+": "+g.Code)
	}
	slices.Sort(out)
	return out
}

func whole(h *connectortest.Haul, container string) bool {
	ok := false
	for _, l := range h.Lists {
		if l.Container == container {
			if !l.Whole {
				return false
			}
			ok = true
		}
	}
	return ok
}
