//go:build linux || darwin || freebsd

package sqlite

import "golang.org/x/sys/unix"

// freeBytes is the room that this user may still fill on the disk of a folder; -1 when it can't be told.
func freeBytes(folder string) int64 {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize)
}
