//go:build !linux

package folder

import (
	"io/fs"

	"github.com/purlieu/purlieu/connector"
)

// noWait is nothing where it has not been tried.
const noWait = 0

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
