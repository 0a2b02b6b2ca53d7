//go:build linux || darwin || freebsd

package sqlite

import "golang.org/x/sys/unix"

// roomOf is the room that this user may still fill on the disk of a folder, and the size of that disk; -1 when they
// can't be told.
func roomOf(folder string) (free, disk int64) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return -1, -1
	}
	return int64(st.Bavail) * int64(st.Bsize), int64(st.Blocks) * int64(st.Bsize)
}
