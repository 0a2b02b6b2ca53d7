package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress is how far a run is.
type progress struct {
	status, discovery, ingestion string
	until                        string // its source is closed until then; "" where it is not
	ended, units                 int64
	found, taken, gaps           int64
}

func progressOf(run object) progress {
	n := func(path ...string) int64 {
		v, _ := run.at(path...).(json.Number)
		i, _ := v.Int64()
		return i
	}
	p := progress{
		status: run.text("status"), until: run.text("purlieu", "closed", "until"),
		discovery: stageOf(run.text("discoveryExecutionDetails", "status")),
		ingestion: stageOf(run.text("ingestionExecutionDetails", "status")),
		found:     n("purlieu", "counts", "discovered"), gaps: n("purlieu", "counts", "gaps"),
		taken: n("ingestionExecutionDetails", "statistics", "assets", "succeeded"),
	}
	for _, state := range []string{"closed", "failed", "void"} {
		p.ended += n("purlieu", "units", state)
	}
	p.units = p.ended
	for _, state := range []string{"queued", "leased", "done"} {
		p.units += n("purlieu", "units", state)
	}
	return p
}

// stageOf is the state of a stage in plain words, of the one that the API has.
func stageOf(status string) string {
	switch status {
	case "CompletedWithExceptions":
		return "completed with gaps"
	case "InProgress":
		return "in progress"
	}
	return strings.ToLower(status)
}

// over reports whether the run has ended.
func (p progress) over() bool {
	return p.status == "Succeeded" || p.status == "Failed" || p.status == "Canceled"
}

// stage is the same as long as only numbers differ.
func (p progress) stage() string {
	return strings.Join([]string{p.status, p.discovery, p.ingestion, p.until}, " ")
}

// tenth is how many tenths of its units have ended.
func (p progress) tenth() int64 { return p.ended * 10 / max(1, p.units) }

// text is one line: units, assets with the words that follow their number, both stages.
func (p progress) text(rate string) string {
	line := fmt.Sprintf("%-10s  units %d/%d  discovery %s: %d assets%s  ingestion %s: %d  gaps %d",
		p.status, p.ended, p.units, p.discovery, p.found, rate, p.ingestion, p.taken, p.gaps)
	if p.until != "" {
		line += "  waits until " + p.until
	}
	return line
}

// rate is how many assets were found in a second.
func (p progress) rate(since time.Duration) string {
	if s := since.Seconds(); p.found > 0 && s >= 1 {
		return fmt.Sprintf(" (%d/s)", int64(float64(p.found)/s))
	}
	return ""
}

// How often a line is written where none can be written over: another tenth, and numbers that moved.
const (
	tenthNext = 10 * time.Second
	moveNext  = time.Minute
)

// teller says how far a run is to who watches it: on a terminal in one line that is written over, elsewhere in a line where
// the stage or the tenth is another one, so that what is kept stays short.
type teller struct {
	out   io.Writer
	width func() int // of the terminal; nil where there is none

	shown int       // characters of the line that the next one is written over; 0: none
	last  progress  // that was written
	at    time.Time // when; zero: nothing was
}

// width of the terminal that w is; nil where it is none.
func width(w io.Writer) func() int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func() int {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 1 {
			return columns
		}
		return 80
	}
}

// progress says how far the run is, when that is due.
func (t *teller) progress(p progress, since time.Duration, now time.Time) {
	line := clean(p.text(p.rate(since)))
	switch {
	case t.width != nil && p.over():
		t.say(line) // whole, however narrow the terminal is
		return
	case t.width != nil:
		columns, part := t.width(), []rune(line)
		part = part[:min(len(part), columns-1)] // a full line would begin another one
		pad := max(0, min(t.shown, columns-1)-len(part))
		fmt.Fprint(t.out, "\r"+string(part)+strings.Repeat(" ", pad))
		t.shown = len(part)
		return
	}
	if t.due(p, now) {
		fmt.Fprintln(t.out, line)
		t.last, t.at = p, now
	}
}

func (t *teller) due(p progress, now time.Time) bool {
	waited := now.Sub(t.at)
	switch {
	case t.at.IsZero() || p.stage() != t.last.stage():
		return true
	case p.tenth() != t.last.tenth():
		return waited >= tenthNext
	}
	return p != t.last && waited >= moveNext
}

// say writes a line that stays.
func (t *teller) say(line string) {
	line = clean(line)
	pad := max(0, t.shown-len([]rune(line)))
	if t.shown > 0 {
		fmt.Fprint(t.out, "\r")
	}
	fmt.Fprintln(t.out, line+strings.Repeat(" ", pad))
	t.shown = 0
}

// end leaves what was written last as it is.
func (t *teller) end() {
	if t.shown > 0 {
		fmt.Fprintln(t.out)
		t.shown = 0
	}
}
