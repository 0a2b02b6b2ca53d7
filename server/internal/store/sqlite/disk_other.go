//go:build !linux && !darwin && !freebsd

package sqlite

// freeBytes can't be told here.
func freeBytes(string) int64 { return -1 }
