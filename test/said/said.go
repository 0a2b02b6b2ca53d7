// Package said finds the command lines that this repository tells people to type: in remedies and helps of the
// programs, and in the documents.
package said

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Line is a command line that somebody is told to type.
type Line struct {
	Where string   // file, and line of the text's begin
	Words []string // the words behind the program's name up to the first that is no verb: a flag, a placeholder
}

// Lines finds the command lines of a program below a folder, but in hidden folders and in what npm has fetched. In text, one begins its line or stands behind a quote, a
// parenthesis, a colon, a pipe, a semicolon, "Next", "Run" or "is"; prose about the program is none.
func Lines(root, program string) ([]Line, error) {
	begin := regexp.MustCompile("(?m)(?:^[ \t]*|[`'\"(:|;] ?|Next |Run |run |is |then )" + program + "((?: [a-z][a-z-]*)+)")
	var lines []Line
	find := func(where, text string) {
		for _, m := range begin.FindAllStringSubmatch(text, -1) {
			lines = append(lines, Line{where, strings.Fields(m[1])})
		}
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"): // the words of others
			return fs.SkipDir
		case strings.HasSuffix(path, ".md"):
			text, err := os.ReadFile(path)
			find(path, string(text))
			return err
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			return literals(path, find)
		}
		return nil
	})
	return lines, err
}

// literals gives the texts of a source file; those with a NUL are labels of hashes.
func literals(path string, find func(where, text string)) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		tag, ok := n.(*ast.Field)
		if ok && tag.Tag != nil {
			find(files.Position(tag.Pos()).String(), strings.Trim(tag.Tag.Value, "`"))
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err == nil && !strings.Contains(text, "\x00") {
			find(files.Position(lit.Pos()).String(), text)
		}
		return true
	})
	return nil
}
