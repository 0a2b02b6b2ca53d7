package main

import "testing"

// Whoever may not do something is told which role lets them, of what hangs on no collection, too.
func TestARefusalNamesTheRole(t *testing.T) {
	s := signedIn(t)
	s.run(0, "user", "add", "rea")
	s.run(0, "role", "add", "root", "purview-reader", "rea")
	s.stdin = s.run(0, "user", "link", "rea") + "rea\ncorrect horse battery\ncorrect horse battery\n"
	s.env["PURLIEU_CONFIG"] = t.TempDir()
	s.run(0, "login", "--link", "-")
	for _, args := range [][]string{
		{"source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=db.example.com"},
		{"credential", "list"},
		{"credential", "show", "scanner"},
		{"vault", "list"},
		{"runtime", "show", "edge"},
		{"node", "list", "edge"},
	} {
		s.run(3, args...)
		s.shows("Ask a collection administrator for the role data-source-administrator")
	}
}
