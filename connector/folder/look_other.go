//go:build !linux

package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/purlieu/purlieu/connector"
)

// way is the folder as a root: it can't be left.
type way struct{ *os.Root }

func (w way) close() error { return w.Close() }

// openRoot opens the allowed folder, by a link too.
func openRoot(path string) (*Folder, error) {
	looked, err := os.Stat(path)
	if err != nil {
		return nil, because(err)
	}
	return folderOf(looked, func() (*os.Root, error) { return os.OpenRoot(path) })
}

func (f *Folder) enter(name string) (*Folder, error) {
	looked, err := f.way.Lstat(name)
	if err != nil {
		return nil, because(err)
	}
	return folderOf(looked, func() (*os.Root, error) { return f.way.OpenRoot(name) })
}

// folderOf opens what was looked at, if it is a folder, and checks that it is still what is there.
func folderOf(looked fs.FileInfo, open func() (*os.Root, error)) (*Folder, error) {
	if !looked.IsDir() {
		return nil, errNotAFolder()
	}
	root, err := open()
	if err != nil {
		return nil, because(err)
	}
	self, err := root.Open(".")
	if err != nil {
		_ = root.Close()
		return nil, because(err)
	}
	f := &Folder{self: self, way: way{root}}
	info, err := self.Stat()
	switch {
	case err != nil:
		err = because(err)
	case !os.SameFile(looked, info):
		err = errNotAFolder()
	default:
		return f, nil
	}
	_ = f.Close()
	return nil, err
}

// namesAtOnce is how many names are read at a time.
const namesAtOnce = 512

// list reads names alone.
func (f *Folder) list(ctx context.Context, each func(string, connector.EntryKind) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		names, err := f.self.Readdirnames(namesAtOnce)
		for _, name := range names {
			if err := each(name, 0); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return because(err)
		}
	}
}

// look tells what any system tells: no native id.
func (f *Folder) look(name string) (connector.Entry, error) {
	info, err := f.way.Lstat(name)
	if err != nil {
		return connector.Entry{}, because(err)
	}
	e := entryOf(info)
	if e.Kind == connector.EntryFolder && name != "." && isKept(info, f.kept) {
		e.Kind = connector.EntryKept
	}
	return e, nil
}

// open opens a file and then looks whether it is what has the name, and not what a link there leads to.
func (f *Folder) open(name string) (connector.OpenFile, error) {
	file, err := f.way.Open(name)
	if err != nil {
		return nil, because(err)
	}
	opened, err := file.Stat()
	named, lerr := f.way.Lstat(name)
	switch {
	case err != nil || lerr != nil:
		err = because(errors.Join(err, lerr))
	case !os.SameFile(opened, named):
		err = errLink()
	default:
		return &openFile{file}, nil
	}
	_ = file.Close()
	return nil, err
}

type openFile struct{ *os.File }

// Look tells what the file is now.
func (o *openFile) Look() (connector.Entry, error) {
	info, err := o.Stat()
	if err != nil {
		return connector.Entry{}, because(err)
	}
	return entryOf(info), nil
}

// Same asks for all that there is.
func (o *openFile) Same(looked connector.Entry) bool {
	e, err := o.Look()
	return err == nil && e.Kind == looked.Kind && e.Stamp == looked.Stamp
}

// entryOf is what any system tells. The file's number is unknown.
func entryOf(info fs.FileInfo) connector.Entry {
	e := connector.Entry{Size: info.Size(), Modified: info.ModTime().Unix()}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		e.Kind = connector.EntryFile
	case mode.IsDir():
		e.Kind = connector.EntryFolder
	case mode&(fs.ModeSymlink|fs.ModeIrregular) != 0:
		e.Kind = connector.EntryLink
	default:
		e.Kind = connector.EntrySpecial
	}
	e.Stamp = stamp(uint64(info.Size()), uint64(info.ModTime().UnixNano()), 0)
	return e
}
