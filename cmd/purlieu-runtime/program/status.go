package program

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/purlieu/purlieu/node"
)

type statusCmd struct {
	stateFlag
	JSON bool `name:"json" help:"As JSON."`
}

// Help says what the exit code means.
func (statusCmd) Help() string {
	return `Exit codes: 0 it runs and is connected; 10 no node runs; 11 it runs, and something is wrong; 4 none ever ran there.`
}

// Run shows the status.
func (c statusCmd) Run(a *app) error {
	s, err := node.ReadStatus(c.State)
	if err != nil {
		return err
	}
	now := time.Now()
	if c.JSON {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		err = enc.Encode(s)
	} else {
		err = c.table(a, &s, now)
	}
	switch {
	case err != nil:
		return err
	case !s.Alive(now):
		return notRunning
	case !s.Healthy(now):
		return unhealthy
	}
	return nil
}

func (c statusCmd) table(a *app, s *node.Status, now time.Time) error {
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t%s\n", name, clean(fmt.Sprintf(format, args...)))
	}
	switch {
	case s.Alive(now):
		line("node", "%s, %s since %s (process %d, version %s)", s.Node, s.State, when(s.Started), s.PID, s.Version)
	default:
		line("node", "%s, NOT RUNNING; last seen %s", s.Node, when(s.Written))
		line("", "Start it with: purlieu-runtime run%s. What follows is as of when it was last seen.", c.words(a))
	}
	line("account", "%s, %s", s.Account, link(s.Connected, s.Alive(now)))
	if s.Trouble != "" {
		line("", "%s (%s)", s.Trouble, s.TroubleCode)
	}
	line("work", "%d of %d slots busy, %d attempts held, %d messages without a receipt", s.Attempts, s.Slots, s.Held, s.Unsent)
	if s.Drained && s.Held == 0 {
		line("", "DRAINED by the account: it claims nothing until a person resumes it there")
	} else if s.Drained {
		line("", "DRAINING by the account: it finishes what it holds and claims no more until a person resumes it there")
	}
	if s.NewKey {
		line("", "the account asks for a new node key, which is being made")
	}
	line("ledger", "%d entries, head %.16s…", s.Ledger.Index, s.Ledger.Head)
	switch w := s.Witness; {
	case w.Trouble != "" && w.Withheld:
		line("witness", "NOTHING LEAVES: %s", w.Trouble)
	case w.Trouble != "":
		line("witness", "A WITNESS IS BEHIND: %s", w.Trouble)
	case w.Count > 0:
		line("witness", "%d, told up to entry %d", w.Count, w.Index)
	}
	if s.Disk != "" {
		line("disk", "THE OUTBOX CAN'T WRITE: %s", s.Disk)
	}
	switch {
	case s.PolicyError != "":
		line("policy", "NOTHING IS ALLOWED: %s", s.PolicyError)
	case s.TrustAccount:
		line("policy", "%s; TRUSTS THE ACCOUNT with every secret", s.Policy)
	default:
		line("policy", "%s", s.Policy)
	}
	if s.Last != nil {
		line("last warning", "%s  %s", when(s.Last.Time), s.Last.Text)
	}
	return w.Flush()
}

// link says how a node stands to its account, or stood when it was last seen.
func link(connected, alive bool) string {
	switch {
	case connected && alive:
		return "connected"
	case connected:
		return "was connected"
	case alive:
		return "NOT CONNECTED"
	}
	return "not connected"
}
