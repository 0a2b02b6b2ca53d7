package program

import (
	"testing"

	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line/linetest"
)

func TestTheCommandLineIsAsPeopleAreTold(t *testing.T) {
	linetest.Hold(t, linetest.Program{
		Program: (&app{}).program(), Tree: func() any { return &tree{} }, Options: []kong.Option{kong.Vars{"state": "/var/lib/purlieu-runtime"}}, Root: "../../..", Least: 10,
	})
}
