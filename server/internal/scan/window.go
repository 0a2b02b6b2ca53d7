package scan

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// A source with *windows* is *open* in them and *closed* outside. While it is closed none of its units is claimed: runs
// stay queued, or in progress with units that wait, whoever started them. What is held when a window closes is read to
// its end, at most one unit deadline long. What a person asks a node (test a connection, browse) is no unit, and not held.

const (
	maxWindows = 50
	looksAhead = 15 // days: a window may fall, once, into an hour that clocks skip
)

func badWindow(text string, args ...any) error {
	return fault.New(fault.Invalid, "BadWindow", text, args...).
		Try(`Send such as {"days": ["Monday"], "from": "22:00", "to": "06:00", "timeZone": "Europe/Berlin"}`)
}

func checkWindows(windows []model.Window) error {
	if len(windows) > maxWindows {
		return badWindow("a source has at most %d windows", maxWindows)
	}
	for i, w := range windows {
		part, err := checkWindow(w)
		if err != nil {
			return fault.At(err, "purlieuWindows[%d].%s", i, part)
		}
	}
	return nil
}

// checkWindow gives the member of a window that can't be, too.
func checkWindow(w model.Window) (part string, err error) {
	if _, err := zoneNamed(w.Zone); err != nil {
		return "timeZone", err
	}
	for _, day := range w.Days {
		if len(w.Days) > 7 || !slices.Contains(weekDays(), day) {
			return "days", badWindow("%q is not a day of the week", clip(day))
		}
	}
	from, ok := minuteOf(w.From)
	if !ok || from == minutesOfDay {
		return "from", badWindow("a window can't begin at %q: say 00:00 to 23:59", clip(w.From))
	}
	if _, ok := minuteOf(w.To); !ok {
		return "to", badWindow("a window can't end at %q: say 00:00 to 24:00", clip(w.To))
	}
	return "", nil
}

const minutesOfDay = 24 * 60

// minuteOf reads "HH:MM", 24:00 too.
func minuteOf(text string) (minute int, ok bool) {
	h, m, found := strings.Cut(text, ":")
	hour, err1 := strconv.ParseUint(h, 10, 8)
	minutes, err2 := strconv.ParseUint(m, 10, 8)
	if !found || err1 != nil || err2 != nil || len(h) != 2 || len(m) != 2 || minutes > 59 {
		return 0, false
	}
	minute = int(hour)*60 + int(minutes)
	return minute, minute <= minutesOfDay
}

// hours says whether a source may be read at a time.
type hours struct {
	open  bool
	since time.Time // when the window that is open opened; zero: it was never closed
	until time.Time // when it opens, of a closed one

	judged, stand time.Time // the time of the judgement, and the next at which it may be another; zero: never
}

// standAt reports whether the judgement is the one of that time, too.
func (h hours) standAt(at time.Time) bool {
	return h.stand.IsZero() || !at.Before(h.judged) && at.Before(h.stand)
}

// hoursAt judges windows at a time.
func hoursAt(windows []model.Window, at time.Time, zone func(name string) (*time.Location, error)) hours {
	if len(windows) == 0 {
		return hours{open: true}
	}
	out := hours{judged: at, stand: at.AddDate(0, 0, 1)} // where nothing changes within the days that are looked at, too
	for _, w := range windows {
		loc, err := zone(w.Zone)
		if err != nil {
			continue // it was checked when it was written
		}
		local := at.In(loc)
		today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
		for n := -1; n <= looksAhead; n++ { // yesterday's may reach into today
			begin, end, ok := spanOf(w, today.AddDate(0, 0, n), loc)
			for _, change := range []time.Time{begin, end} {
				if ok && change.After(at) && change.Before(out.stand) {
					out.stand = change
				}
			}
			switch {
			case !ok || !end.After(begin) || !end.After(at): // clocks may skip all of it
			case !begin.After(at):
				if !out.open || begin.Before(out.since) {
					out.open, out.since, out.until = true, begin.UTC(), time.Time{}
				}
			case !out.open && (out.until.IsZero() || begin.Before(out.until)):
				out.until = begin.UTC()
			}
		}
	}
	return out
}

// spanOf is the window that begins on a day; false when none does.
func spanOf(w model.Window, day time.Time, loc *time.Location) (begin, end time.Time, ok bool) {
	if len(w.Days) > 0 && !slices.Contains(w.Days, weekDays()[day.Weekday()]) {
		return begin, end, false
	}
	from, _ := minuteOf(w.From)
	to, _ := minuteOf(w.To)
	last := day
	if to <= from || to == minutesOfDay {
		last, to = day.AddDate(0, 0, 1), to%minutesOfDay
	}
	return moment(day, from/60, from%60, 0, loc), moment(last, to/60, to%60, 0, loc), true
}

// Closed says that units of a run wait since its source is closed, and until when; the zero value that none does.
type Closed struct {
	Text  string    `json:"text"`
	Until time.Time `json:"until"`
}

// closedOf tells whether the source holds the queued units of a run back.
func (s *Service) closedOf(ctx context.Context, tx store.Tx, run store.Run, queued int64) (Closed, error) {
	if run.State.Ended() || queued == 0 {
		return Closed{}, nil
	}
	version, err := windowsVersion(ctx, tx)
	if err != nil {
		return Closed{}, err
	}
	h, err := s.openings.of(ctx, tx, version, run.Source)
	if err != nil || h.open {
		return Closed{}, err
	}
	return Closed{
		Until: h.until,
		Text:  "The source is read only in its windows of time; the next one opens at " + h.until.Format(time.RFC3339),
	}, nil
}
