// Package lock keeps a folder to one process: that of a replica's data, or of a node's state.
//
// A *lock* is a file in the folder that one process holds open. The system frees it when that process ends, however it
// ends, so that what stays behind is an empty file that keeps nobody out.
package lock

import (
	"io"
	"os"
	"path/filepath"
	"time"
)

// Take takes a folder that is there for this process, until the lock is closed; taken says that it failed because
// another one has it. Children that this process starts do not hold it.
func Take(folder string) (l io.Closer, taken bool, err error) {
	f, taken, err := tryLock(path(folder))
	for range 4 { // somebody may be looking whether it is free
		if !taken {
			break
		}
		time.Sleep(25 * time.Millisecond)
		f, taken, err = tryLock(path(folder))
	}
	if err != nil {
		return nil, taken, err
	}
	return f, false, nil
}

// Free reports whether a process had the folder and none has it now. False is also said where that can't be told. It
// holds the lock for a moment, which Take waits for.
func Free(folder string) bool {
	if _, err := os.Stat(path(folder)); err != nil {
		return false
	}
	f, _, err := tryLock(path(folder))
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func path(folder string) string { return filepath.Join(folder, "lock") }
