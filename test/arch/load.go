package arch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// Load reads all rooms of the module that holds dir with `go list`, files for other systems included.
func Load(dir string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Name,Dir,Imports,TestImports,XTestImports,"+
		"GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,CgoFiles", Module+"/...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	return parseList(bytes.NewReader(out))
}

// parseList reads the stream of objects that `go list -json` writes.
func parseList(r io.Reader) ([]Package, error) {
	var packages []Package
	for dec := json.NewDecoder(r); ; {
		var l struct {
			ImportPath, Name, Dir                                        string
			Imports, TestImports, XTestImports                           []string
			GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
		}
		if err := dec.Decode(&l); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the list of packages: %w", err)
		}
		room, ours := roomOf(l.ImportPath)
		if !ours {
			continue
		}
		p := Package{Room: room, Name: l.Name, Dir: l.Dir, Imports: l.Imports}
		p.TestImports = append(append(p.TestImports, l.TestImports...), l.XTestImports...)
		for _, names := range [][]string{l.GoFiles, l.CgoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles} {
			for _, n := range names {
				p.Files = append(p.Files, File{Path: filepath.Join(l.Dir, n), Test: strings.HasSuffix(n, "_test.go")})
			}
		}
		packages = append(packages, p)
	}
}
