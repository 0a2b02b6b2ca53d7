package main

import "testing"

// The map of this account can't be written: whoever is asked and says yes learns that, and nobody else gets so far.
func TestAnAssetIsDeletedOnlyWhenAPersonIsSure(t *testing.T) {
	s := newShell(t)
	const refused, kept = 1, 5 // by the account; by the client
	for _, c := range []struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"orders"}, kept, "nothing was done"},
		{"no\n", []string{"orders"}, kept, "Delete orders? Type yes:"},
		{"y\n", []string{"orders"}, kept, "Answer yes, or give --yes"},
		{"yes\n", []string{"orders"}, refused, "can't be written"},
		{"yes\n", []string{"orders", "big_orders"}, refused, "Delete 2 assets (orders and so on)?"},
		{"", []string{"orders", "big_orders", "--yes"}, refused, "can't be written"},
		{"yes\n", []string{"orders", "nothing"}, 4, `no asset is called "nothing"`},
	} {
		s.stdin = c.stdin
		s.run(c.code, append([]string{"asset", "delete"}, c.args...)...)
		s.shows(c.says)
	}
}
