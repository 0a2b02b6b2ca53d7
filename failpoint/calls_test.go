package failpoint_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exception is a call that needs no failpoint, by file and function.
type exception struct{ where, why string }

func exceptions() []exception {
	return []exception{
		{"network/certs/file.go write", "keys and certificates are written before the doors open, and at their renewal; no message waits for them"},
		{"network/certs/file.go syncDir", "keys and certificates are written before the doors open, and at their renewal; no message waits for them"},
		{"node/internal/disk/dir.go Sync", "the outbox is its one caller, and has the failpoint at each call"},
		{"node/internal/enrol/state.go replaceFile", "enrolment ends before any message exists"},
		{"node/internal/policy/edit.go replace", "a person's edit of the local policy, by a command of its own"},
		{"server/internal/access/seal.go makeKeyFile", "the account's key is written once, before the doors open"},
	}
}

// watched are the calls after which the world is another: what was synced, committed, published or answered stays so.
func watched(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch sel.Sel.Name {
	case "Sync":
		return len(call.Args) == 0
	case "Respond", "RespondMsg", "Publish", "PublishMsg", "PublishRequest", "RequestWithContext", "RequestMsg", "Commit":
		return true
	case "run": // the store's own statements
		return len(call.Args) == 1 && isText(call.Args[0], `"commit"`)
	}
	return false
}

func isText(e ast.Expr, want string) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Value == want
}

// isHit reports whether a statement passes a failpoint.
func isHit(s ast.Stmt) bool {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "failpoint" && strings.HasPrefix(sel.Sel.Name, "Hit")
}

// bare finds the watched calls of a file without a failpoint right before or after the statement that they stand in.
func bare(fset *token.FileSet, file *ast.File, name string) (all int, out []string) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			var list []ast.Stmt
			switch n := n.(type) {
			case *ast.BlockStmt:
				list = n.List
			case *ast.CaseClause:
				list = n.Body
			case *ast.CommClause:
				list = n.Body
			}
			for i, s := range list {
				calls := directCalls(s)
				all += len(calls)
				near := (i > 0 && isHit(list[i-1])) || (i+1 < len(list) && isHit(list[i+1]))
				for _, call := range calls {
					if !near {
						out = append(out, fmt.Sprintf("%s %s (line %d)", name, f.Name.Name, fset.Position(call.Pos()).Line))
					}
				}
			}
			return true
		})
	}
	return all, out
}

// directCalls are the watched calls of a statement that stand in no block of its own.
func directCalls(s ast.Stmt) (calls []*ast.CallExpr) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			return false
		case *ast.CallExpr:
			if watched(n) {
				calls = append(calls, n)
			}
		}
		return true
	})
	return calls
}

func TestEverySyncPublishCommitAndReplyHasAFailpoint(t *testing.T) {
	root := ".."
	used := map[string]bool{}
	calls := 0
	for _, room := range []string{"bus", "network", "node", "server"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(path string, d fs.DirEntry, err error) error {
			name, _ := filepath.Rel(root, path)
			name = filepath.ToSlash(name)
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "test/") {
				return err // what is for tests is not killed
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			n, found := bare(fset, file, name)
			calls += n
			for _, where := range found {
				if !excepted(where, used) {
					t.Errorf("%s: no failpoint stands beside it", where)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if calls < 10 {
		t.Errorf("only %d calls were found: this can't be the whole house", calls)
	}
	for _, e := range exceptions() {
		if !used[e.where] {
			t.Errorf("the exception for %s is not needed any more", e.where)
		}
		if e.why == "" {
			t.Errorf("the exception for %s has no reason", e.where)
		}
	}
}

func excepted(where string, used map[string]bool) bool {
	for _, e := range exceptions() {
		if strings.HasPrefix(where, e.where+" ") {
			used[e.where] = true
			return true
		}
	}
	return false
}

func TestTheSearchFindsABareCall(t *testing.T) {
	for _, c := range []struct {
		src  string
		bare bool
	}{
		{`f.Sync()`, true},
		{`if err := f.Sync(); err != nil { return }`, true},
		{`failpoint.Hit("x"); if err := f.Sync(); err != nil { return }`, false},
		{`if err := f.Sync(); err != nil { return }; failpoint.HitAbout("x", "y")`, false},
		{`failpoint.Hit("x"); g(); f.Sync()`, true},
		{`if true { failpoint.Hit("x") }; f.Sync()`, true},
		{`if true { failpoint.Hit("x"); m.Respond(nil) }`, false},
		{`switch { case true: m.Respond(nil) }`, true},
		{`c.run("commit")`, true},
		{`c.run("begin")`, false},
		{`other.Hit("x"); f.Sync()`, true},
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "x.go", "package x\nfunc a() { "+c.src+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := bare(fset, file, "x.go"); (len(got) > 0) != c.bare {
			t.Errorf("%s: found %v", c.src, got)
		}
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("FAILPOINT_TEST_VICTIM") != "" {
		victim()
		return
	}
	os.Exit(m.Run())
}
