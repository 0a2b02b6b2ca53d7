package arch

import (
	"go/ast"
	"go/token"
	"strings"
)

// Use is a name of a package that a rule forbids. A name that ends in '*' stands for all that begin so.
type Use struct {
	Path string
	Name string
}

// connectorMayNot is what would let a connector out of its Env.
func connectorMayNot() []Use {
	return []Use{
		{"os", "Getenv"},
		{"os", "LookupEnv"},
		{"os", "Environ"},
		{"os", "ExpandEnv"},
		{"os", "Setenv"},
		{"net", "Dial*"},
		{"net", "Listen*"},
		{"net", "Lookup*"},
		{"net", "Resolver"},
		{"net", "DefaultResolver"},
		{"net/http", "Get"},
		{"net/http", "Post*"},
		{"net/http", "Head"},
		{"net/http", "DefaultClient"},
		{"net/http", "DefaultTransport"},
		{"crypto/tls", "Dial*"},
		{"os/exec", "*"},
		{"syscall", "Getenv"},
	}
}

func connectorWorld(s Source, report func(token.Pos, string)) {
	if match("connector/...", s.Room) && !s.Test && !forTests(s.Room) {
		reportUses(s, connectorMayNot(), report)
	}
}

// clockless are the rooms that hold rules, and so take a clock.
func clockless() []string {
	return []string{
		"model", "fault", "bus", "server/internal/scan", "server/internal/ingest", "server/internal/datamap",
		"server/internal/fleet", "server/internal/access", "node/internal/lease", "node/internal/outbox", "node/internal/survey",
	}
}

// clockUses are the ways to the real clock.
func clockUses() []Use {
	return []Use{
		{"time", "Now"},
		{"time", "Since"},
		{"time", "Until"},
		{"time", "Sleep"},
		{"time", "After"},
		{"time", "AfterFunc"},
		{"time", "Tick"},
		{"time", "NewTimer"},
		{"time", "NewTicker"},
	}
}

// ClockException lets one file of a rules room use the real clock.
type ClockException struct {
	File string // below the module: "bus/timer.go"
	Why  string
}

// ClockExceptions are the files of rules rooms that may look at the real clock.
func ClockExceptions() []ClockException {
	return []ClockException{
		{"node/internal/survey/worker.go", "the worker's own end: it waits a moment of real time for a job that was cancelled"},
	}
}

func rulesTakeAClock(s Source, report func(token.Pos, string)) {
	if s.Test || !matchAny(clockless(), s.Room) {
		return
	}
	for _, e := range ClockExceptions() {
		if strings.HasSuffix(s.Path, "/"+e.File) {
			return
		}
	}
	reportUses(s, clockUses(), report)
}

// reportUses finds selectors on imported packages. It reads names as they are imported in this file, so a renamed
// import is seen; a dot import of a watched package is a breach of its own.
func reportUses(s Source, uses []Use, report func(token.Pos, string)) {
	named := make(map[string]string)
	for _, i := range s.File.Imports {
		path := importPath(i)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		if name == "." && watched(uses, path) {
			report(i.Pos(), "dot import of "+path)
		}
		named[name] = path
	}
	ast.Inspect(s.File, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		for _, u := range uses {
			if named[x.Name] == u.Path && u.means(sel.Sel.Name) {
				report(sel.Pos(), "uses "+u.Path+"."+sel.Sel.Name)
			}
		}
		return true
	})
}

func (u Use) means(name string) bool {
	if start, open := strings.CutSuffix(u.Name, "*"); open {
		return strings.HasPrefix(name, start)
	}
	return name == u.Name
}

func watched(uses []Use, path string) bool {
	for _, u := range uses {
		if u.Path == path {
			return true
		}
	}
	return false
}
