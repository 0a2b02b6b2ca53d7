// Package lock keeps a folder to one process: that of a replica's data, or of a node's state.
//
// A *lock* is a file in the folder that one process holds open. The system frees it when that process ends, however it
// ends, so that what stays behind is an empty file that keeps nobody out.
package lock

import (
	"io"
	"path/filepath"
)

// Take takes a folder that is there for this process, until the lock is closed; taken says that it failed because
// another one has it. Children that this process starts do not hold it.
func Take(folder string) (l io.Closer, taken bool, err error) {
	f, taken, err := tryLock(filepath.Join(folder, "lock"))
	if err != nil {
		return nil, taken, err
	}
	return f, false, nil
}
