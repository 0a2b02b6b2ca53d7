//go:build !linux

package folder

import (
	"errors"
	"io/fs"
	"os"

	"github.com/purlieu/purlieu/connector"
)

// look tells what any system tells: no native id.
func (f *Folder) look(name string) (connector.Entry, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return connector.Entry{}, because(err)
	}
	return entryOf(info), nil
}

// open opens a file and then looks whether it is what has the name, and not what a link there leads to.
func (f *Folder) open(name string) (connector.OpenFile, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, because(err)
	}
	opened, err := file.Stat()
	named, lerr := f.root.Lstat(name)
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
