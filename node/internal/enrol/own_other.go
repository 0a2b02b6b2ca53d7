//go:build !unix

package enrol

// own does nothing: here a file has the rights of its folder.
func own(string, string) error { return nil }
