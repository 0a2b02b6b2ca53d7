// Command systems fails where the module in the working directory does not compile for another system. It checks the types of
// all packages and of what they import, from source: a compiler takes ten times as long, and finds no more than that.
//
//	systems windows/amd64 darwin/arm64
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	failed := false
	for _, system := range os.Args[1:] {
		faults, err := check(system)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", system, err)
			os.Exit(1)
		}
		for _, f := range faults {
			fmt.Fprintf(os.Stderr, "%s: %v\n", system, f)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func check(system string) (faults []packages.Error, err error) {
	goos, arch, found := strings.Cut(system, "/")
	if !found {
		return nil, fmt.Errorf("%q is no system: want one as windows/amd64", system)
	}
	const whole = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo
	list, err := packages.Load(&packages.Config{Mode: whole, Env: append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0")}, "./...")
	if err != nil {
		return nil, err
	}
	packages.Visit(list, nil, func(p *packages.Package) { faults = append(faults, p.Errors...) })
	return faults, nil
}
