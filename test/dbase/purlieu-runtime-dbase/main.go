// Command purlieu-runtime-dbase is a runtime with one connector more than is shipped: it reads dBASE tables, too.
package main

import (
	"os"

	"github.com/purlieu/purlieu/cmd/purlieu-runtime/program"
	connectors "github.com/purlieu/purlieu/connector/all"
	"github.com/purlieu/purlieu/test/dbase"
)

// version is set by the build.
var version = "unknown"

func main() {
	os.Exit(program.Build{Version: version, Connectors: append(connectors.All(), dbase.New())}.Main())
}
