package console

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

func TestAStatusIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(dir); fault.CodeOf(err) != "NeverRan" {
		t.Errorf("where no node ran: %v", err)
	}
	want := Status{V: 1, State: Running, PID: 7, Written: time.Now().UTC().Truncate(0), Ledger: Ledger{Index: 3, Head: "ab"}, Kept: []string{"/secrets"}}
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if err := os.WriteFile(filepath.Join(dir, "status.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); fault.CodeOf(err) != "StatusBroken" {
		t.Errorf("a torn status: %v", err)
	}
}

func TestHealthIsJudgedByWhatTheNodeNeeds(t *testing.T) {
	now := time.Now()
	good := Status{State: Running, Written: now, Connected: true}
	for _, c := range []struct {
		name           string
		change         func(*Status)
		alive, healthy bool
	}{
		{"all is well", func(*Status) {}, true, true},
		{"old", func(s *Status) { s.Written = now.Add(-Fresh) }, false, false},
		{"stopped", func(s *Status) { s.State = Stopped }, false, false},
		{"cut off", func(s *Status) { s.Connected = false }, true, false},
		{"disk full", func(s *Status) { s.Disk = "no space" }, true, false},
		{"a witness behind", func(s *Status) { s.Witness.Trouble = "read-only" }, true, false},
		{"no policy", func(s *Status) { s.PolicyError = "line 3" }, true, false},
	} {
		s := good
		c.change(&s)
		if s.Alive(now) != c.alive || s.Healthy(now) != c.healthy {
			t.Errorf("%s: alive %v, healthy %v", c.name, s.Alive(now), s.Healthy(now))
		}
	}
}

func TestTheLastWarningIsRemembered(t *testing.T) {
	var out strings.Builder
	handler, last := Watch(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	log := slog.New(handler).With("part", "bus")
	log.Info("fine")
	if last() != nil {
		t.Errorf("a line of no weight is remembered: %+v", last())
	}
	log.Warn("first")
	log.WithGroup("g").Error("not connected", "err", errors.New("refused"))
	if got := last(); got == nil || got.Text != "not connected part=bus err=refused" || got.Time.IsZero() {
		t.Errorf("%+v", got)
	}
	if strings.Count(out.String(), "\n") != 2 {
		t.Errorf("the log is %s", out.String())
	}
	log.Warn("long", "text", strings.Repeat("x", 10*maxWarning))
	if got := last(); len(got.Text) > maxWarning {
		t.Errorf("a warning of %d bytes is kept", len(got.Text))
	}
}
