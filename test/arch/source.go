package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
)

// Source is one parsed file, with what the rules ask of its surroundings.
type Source struct {
	Room  string
	Name  string // name of the package
	Path  string // as shown in a breach
	Test  bool
	Fset  *token.FileSet
	File  *ast.File
	Lines int
}

// Parse reads a file. src is its text, nil to read it from the disk.
func Parse(p Package, f File, src []byte) (Source, error) {
	if src == nil {
		b, err := os.ReadFile(f.Path)
		if err != nil {
			return Source{}, err
		}
		src = b
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, f.Path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return Source{}, err
	}
	lines := strings.Count(string(src), "\n")
	return Source{Room: p.Room, Name: p.Name, Path: f.Path, Test: f.Test, Fset: fset, File: file, Lines: lines}, nil
}

// Rule judges one file.
type Rule struct {
	Name  string
	Why   string
	Judge func(s Source, report func(at token.Pos, what string))
}

// Check runs a rule over a file; generated files are judged by their generators.
func (r Rule) Check(s Source) []Breach {
	if ast.IsGenerated(s.File) {
		return nil
	}
	var out []Breach
	r.Judge(s, func(at token.Pos, what string) {
		pos := s.Fset.Position(at)
		out = append(out, Breach{s.Path + ":" + strconv.Itoa(pos.Line), what, r.Why})
	})
	return out
}

// Rules are the rules on single files.
func Rules() []Rule {
	return []Rule{
		{"no init", "a package does nothing by being imported", noInit},
		{"no global map", "lists are plain slices, state has an owner", noGlobalMap},
		{"no testing import", "testing code is not shipped", noTestingImport},
		{"connectors are given their world", "a connector opens no socket and reads no environment: Env gives it both", connectorWorld},
		{"rules take a clock", "rules run in the simulated world, under its clock", rulesTakeAClock},
		{"files stay short", "a file is about 100 lines, 400 the exception, 800 never", shortFile},
	}
}

func noInit(s Source, report func(token.Pos, string)) {
	for _, d := range s.File.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			report(f.Pos(), "func init")
		}
	}
}

func noGlobalMap(s Source, report func(token.Pos, string)) {
	if s.Test {
		return
	}
	for _, d := range s.File.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			found := isMap(v.Type)
			for _, value := range v.Values {
				found = found || makesMap(value)
			}
			if found {
				report(v.Pos(), "package-level map "+v.Names[0].Name)
			}
		}
	}
}

func isMap(e ast.Expr) bool {
	_, ok := e.(*ast.MapType)
	return ok
}

// makesMap reports whether the expression is a map literal or make(map[…]…).
func makesMap(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return isMap(e.Type)
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.Ident)
		return ok && f.Name == "make" && len(e.Args) > 0 && isMap(e.Args[0])
	}
	return false
}

func noTestingImport(s Source, report func(token.Pos, string)) {
	if s.Test || forTests(s.Room) {
		return
	}
	for _, i := range s.File.Imports {
		if p := importPath(i); p == "testing" || strings.HasPrefix(p, "testing/") {
			report(i.Pos(), "imports "+p)
		}
	}
}

func importPath(i *ast.ImportSpec) string {
	p, err := strconv.Unquote(i.Path.Value)
	if err != nil {
		return i.Path.Value
	}
	return p
}

const (
	mostLines = 800
	// LongFile is where a file begins to need an excuse.
	LongFile = 400
)

func shortFile(s Source, report func(token.Pos, string)) {
	if s.Lines > mostLines {
		report(s.File.Package, strconv.Itoa(s.Lines)+" lines")
	}
}
