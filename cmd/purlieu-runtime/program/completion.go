package program

import (
	"github.com/alecthomas/kong"

	"github.com/purlieu/purlieu/cmd/internal/line"
	"github.com/purlieu/purlieu/model"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of: ${enum}."`
}

// Help says where it goes.
func (completionCmd) Help() string { return line.ScriptHelp("purlieu-runtime") }

// Run writes the script.
func (c completionCmd) Run(a *app) error {
	a.program().Script(a.out, c.Shell)
	return nil
}

type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:""`
}

// Run prints what the last word can become, one a line.
func (c completeCmd) Run(a *app) error {
	return a.program().Complete(&tree{}, c.Words, a.values, kong.Vars{"state": a.stateDir()})
}

// values are what this build knows of flags that take no file.
func (a *app) values(_ *kong.Node, of *kong.Value, _ []string) (out []string) {
	switch of.Name {
	case "source":
		for _, k := range a.build.kinds() {
			if len(k.Dials) > 0 {
				out = append(out, k.Name+"://")
			}
		}
	case "release":
		for _, r := range model.Releases() {
			if !r.Usual() {
				out = append(out, string(r))
			}
		}
	case "proxy":
		out = []string{"none", "environment", "http://"}
	case "syslog":
		out = []string{"local", "tcp://", "udp://"}
	}
	return out
}
