// Command purlieu-runtime is a node of an integration runtime: it stands in the network of the data, dials out to its
// account, reads catalogues and sends metadata.
package main

import (
	"os"

	"github.com/purlieu/purlieu/cmd/purlieu-runtime/program"
	connectors "github.com/purlieu/purlieu/connector/all"
)

// version is set by the build.
var version = "unknown"

func main() { os.Exit(program.Build{Version: version, Connectors: connectors.All()}.Main()) }
