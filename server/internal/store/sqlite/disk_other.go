//go:build !linux && !darwin && !freebsd

package sqlite

// roomOf can't be told here.
func roomOf(string) (free, disk int64) { return -1, -1 }
