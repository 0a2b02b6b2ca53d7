//go:build !failpoints

package failpoint

// Enabled reports whether this build can be killed at its failpoints.
const Enabled = false

// Hit passes a failpoint: here it does nothing.
func Hit(string) {}

// HitAbout passes the failpoint "name/about": here it does nothing.
func HitAbout(_, _ string) {}
