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
	Every    string   `enum:"hour,day,week,month" default:"day" help:"Each of these: ${enum}."`
	Interval int      `default:"1" help:"Only every so many of them."`
	At       []string `placeholder:"HH:MM" help:"Clock times of the zone; those of the start when left out. Of several times, hours and minutes are combined."`
	On       []string `placeholder:"DAY" help:"With weeks: days such as Monday. With months: days of the month, -1 for the last."`
	Zone     string   `help:"Time zone, by its IANA or Windows name; UTC when left out."`
	Start    string   `placeholder:"TIME" help:"Not before this time (RFC 3339)."`
	Full     bool     `help:"Read everything anew each time."`
}

// Help shows examples.
func (triggerSetCmd) Help() string {
	return `Examples:
  purlieu trigger set shop weekly --at 03:00 --zone Europe/Berlin
  purlieu trigger set shop weekly --every week --on Monday --on Friday --at 06:30
  purlieu trigger set shop weekly --every month --on=-1 --full

A time that clocks skip comes when they have; one that comes twice comes once; what was missed while no server ran comes once.`
}

// Run writes the trigger.
func (c triggerSetCmd) Run(a *app) error {
	schedule, err := c.schedule()
	if err != nil {
		return err
	}
	recurrence := object{"frequency": strings.ToUpper(c.Every[:1]) + c.Every[1:], "interval": c.Interval}
	if len(schedule) > 0 {
		recurrence["schedule"] = schedule
	}
	if c.Zone != "" {
		recurrence["timeZone"] = c.Zone
	}
	if c.Start != "" {
		recurrence["startTime"] = c.Start
	}
	level := "Incremental"
	if c.Full {
		level = "Full"
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	state := "Enabled"
	var t object
	switch err := account.Do(a.ctx, "GET", c.trigger(), nil, &t); {
	case err == nil:
		state = cmp.Or(t.text("properties", "state"), state) // one that is paused stays so
	case !fault.Is(err, fault.NotFound):
		return err
	}
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

// schedule are the flags as the published schedule.
func (c triggerSetCmd) schedule() (object, error) {
	out := object{}
	var hours, minutes []int
	for _, at := range c.At {
		h, m, ok := strings.Cut(at, ":")
		hour, herr := strconv.Atoi(h)
		minute, merr := strconv.Atoi(m)
		if !ok || herr != nil || merr != nil {
			return nil, fault.New(fault.Invalid, "BadTime", "%q is not a clock time", at).Try("Write it as 03:00")
		}
		hours, minutes = append(hours, hour), append(minutes, minute)
	}
	if len(hours) > 0 {
		out["minutes"] = minutes
		if c.Every != "hour" {
			out["hours"] = hours
		}
	}
	var days []int
	for _, on := range c.On {
		if n, err := strconv.Atoi(on); err == nil {
			days = append(days, n)
		}
	}
	switch {
	case len(c.On) == 0:
	case len(days) == len(c.On):
		out["monthDays"] = days
	default:
		out["weekDays"] = c.On
	}
	return out, nil
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
