package main

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

type triggerCmd struct {
	Set     triggerSetCmd     `cmd:"" help:"Let a scan run by itself."`
	Show    triggerShowCmd    `cmd:"" help:"Show when a scan runs by itself."`
	Enable  triggerEnableCmd  `cmd:"" help:"Let a trigger fire; what it missed is not made up for."`
	Disable triggerDisableCmd `cmd:"" help:"Keep a trigger from firing."`
	Delete  triggerDeleteCmd  `cmd:"" help:"Take a scan's trigger away."`
}

func (s scanArgs) trigger() string { return s.path() + "/triggers/default" }

type triggerSetCmd struct {
	scanArgs
	Every       *string  `enum:"hour,day,week,month" help:"Each hour, day, week or month. It says the schedule anew; without it what is not named stays. A new trigger fires every day when left out."`
	Interval    int      `help:"Only every so many of them."`
	At          []string `placeholder:"HH:MM" help:"Clock times of the zone; those of the start when left out, or when the text is empty. Of several times, hours and minutes are combined."`
	On          []string `placeholder:"DAY" help:"With weeks: days such as Monday. With months: days of the month, -1 for the last."`
	Zone        string   `help:"Time zone, by its IANA or Windows name; UTC when left out."`
	Start       string   `placeholder:"TIME" help:"Not before this time (RFC 3339), from which intervals are counted; now for a new trigger when left out."`
	End         *string  `placeholder:"TIME" help:"Not after this time (RFC 3339). An empty text: without end."`
	Full        bool     `xor:"level" help:"Read everything anew each time."`
	Incremental bool     `xor:"level" help:"Read what has changed."`
}

// Help shows examples.
func (triggerSetCmd) Help() string {
	return `The start, the end and whether it is paused stay as they are unless they are named.

Examples:
  purlieu trigger set shop weekly --at 03:00 --zone Europe/Berlin
  purlieu trigger set shop weekly --every week --on Monday --on Friday --at 06:30
  purlieu trigger set shop weekly --every month --on=-1 --full

A time that clocks skip comes when they have; one that comes twice comes once; what was missed while no server ran comes once.`
}

// Run writes the trigger.
func (c triggerSetCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	old, err := a.there(account, c.trigger())
	if err != nil {
		return err
	}
	recurrence, err := c.recurrence(old)
	if err != nil {
		return err
	}
	level, state := "Incremental", cmp.Or(old.text("properties", "state"), "Enabled") // one that is paused stays so
	if c.Full || c.Every == nil && !c.Incremental && old.text("properties", "scanLevel") == "Full" {
		level = "Full"
	}
	var t object
	body := object{"properties": object{"recurrence": recurrence, "scanLevel": level, "state": state}}
	if err := account.Do(a.ctx, "PUT", c.trigger(), body, &t); err != nil {
		return err
	}
	return a.write(t, func() error {
		if state == "Disabled" {
			a.say("The scan %s of %s is paused still: purlieu trigger enable %s %s", c.Scan, c.Source, c.Source, c.Scan)
			return nil
		}
		a.say("The scan %s of %s runs next at %s.", c.Scan, c.Source, t.text("properties", "purlieuNext"))
		return nil
	})
}

// recurrence is when the trigger fires: the one that is there, with what the flags name.
func (c triggerSetCmd) recurrence(old object) (object, error) {
	r := membersOf(old, "properties", "recurrence")
	if c.Every != nil || old == nil {
		every := "day"
		if c.Every != nil {
			every = *c.Every
		}
		r = object{"frequency": strings.ToUpper(every[:1]) + every[1:], "interval": 1, "startTime": r["startTime"], "endTime": r["endTime"]}
	}
	schedule := membersOf(r, "schedule")
	if err := c.schedule(schedule, r.text("frequency") == "Hour"); err != nil {
		return nil, err
	}
	if r["schedule"] = schedule; len(schedule) == 0 {
		delete(r, "schedule")
	}
	if c.Interval != 0 {
		r["interval"] = c.Interval
	}
	for name, text := range map[string]string{"timeZone": c.Zone, "startTime": c.Start} {
		if text != "" {
			r[name] = text
		}
	}
	if c.End != nil {
		if r["endTime"] = *c.End; *c.End == "" {
			r["endTime"] = nil
		}
	}
	return r, nil
}

// schedule puts the flags into a published schedule.
func (c triggerSetCmd) schedule(into object, hourly bool) error {
	var hours, minutes []int
	for _, at := range c.At {
		if at == "" {
			continue
		}
		h, m, ok := strings.Cut(at, ":")
		hour, herr := strconv.Atoi(h)
		minute, merr := strconv.Atoi(m)
		if !ok || herr != nil || merr != nil {
			return fault.New(fault.Invalid, "BadTime", "%q is not a clock time", at).Try("Write it as 03:00")
		}
		hours, minutes = append(hours, hour), append(minutes, minute)
	}
	if c.At != nil {
		if into["minutes"], into["hours"] = minutes, hours; hourly {
			delete(into, "hours")
		}
	}
	if c.On == nil {
		return nil
	}
	var days []int
	for _, on := range c.On {
		if n, err := strconv.Atoi(on); err == nil {
			days = append(days, n)
		}
	}
	for _, name := range []string{"weekDays", "monthDays", "monthlyOccurrences"} {
		delete(into, name)
	}
	if len(days) == len(c.On) {
		into["monthDays"] = days
	} else {
		into["weekDays"] = c.On
	}
	return nil
}

type triggerShowCmd struct{ scanArgs }

// Run shows the trigger.
func (c triggerShowCmd) Run(a *app) error { return a.showing(c.trigger()) }

type triggerEnableCmd struct{ scanArgs }

// Run enables the trigger.
func (c triggerEnableCmd) Run(a *app) error { return a.fires(c.scanArgs, "enable") }

type triggerDisableCmd struct{ scanArgs }

// Run disables the trigger.
func (c triggerDisableCmd) Run(a *app) error { return a.fires(c.scanArgs, "disable") }

func (a *app) fires(s scanArgs, verb string) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var t object
	if err := account.Do(a.ctx, "POST", s.trigger()+":"+verb, nil, &t); err != nil {
		return err
	}
	return a.write(t, func() error {
		a.say("The trigger of %s/%s is %sd.", s.Source, s.Scan, verb)
		return nil
	})
}

type triggerDeleteCmd struct{ scanArgs }

// Run takes the trigger away.
func (c triggerDeleteCmd) Run(a *app) error {
	return a.remove(c.trigger(), "The scan %s of %s runs only when somebody starts it.", c.Scan, c.Source)
}
