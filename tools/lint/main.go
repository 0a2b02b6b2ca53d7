// Command lint joins the analyzers that have no program of their own worth starting: it is run by
// `go vet -vettool`, so its results are cached with the build.
//
// errorlint refuses comparisons and assertions that a wrapped error breaks; sloglint wants constant messages, one
// style of arguments and a logger that was passed in.
package main

import (
	"github.com/polyfloyd/go-errorlint/errorlint"
	"go-simpler.org/sloglint"
	"golang.org/x/tools/go/analysis/unitchecker"
)

func main() {
	unitchecker.Main(
		errorlint.NewAnalyzer(),
		sloglint.New(&sloglint.Options{NoMixedArguments: true, NoGlobalLogger: "all", StaticMessage: true}),
	)
}
