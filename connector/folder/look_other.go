//go:build !linux

package folder

import (
	"errors"
	"io/fs"
	"os"

	"github.com/purlieu/purlieu/connector"
)

// open opens a file and then looks whether it is what has the name, and not what a link there leads to.
func (f *Folder) open(name string) (*os.File, error) {
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
		return file, nil
	}
	_ = file.Close()
	return nil, err
}

// number is unknown.
func number(fs.FileInfo) uint64 { return 0 }

// look tells what any system tells: no native id.
func (f *Folder) look(name string) (connector.Entry, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return connector.Entry{}, because(err)
	}
	return entryOf(info), nil
}
