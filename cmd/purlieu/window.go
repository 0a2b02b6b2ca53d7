package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// spare puts what the source bears into its properties: windows of time and its budget.
func (c sourceAddCmd) spare(props object) error {
	if c.Window != nil {
		windows := []object{}
		for _, text := range c.Window {
			if text == "" {
				continue
			}
			w, err := windowOf(text)
			if err != nil {
				return err
			}
			windows = append(windows, w)
		}
		props["purlieuWindows"] = windows
	}
	if c.Connections == nil && c.Strict == nil {
		return nil
	}
	budget := membersOf(props, "purlieuBudget")
	if c.Connections != nil {
		budget["connections"] = *c.Connections
	}
	if c.Strict != nil {
		budget["strict"] = *c.Strict
	}
	props["purlieuBudget"] = budget
	return nil
}

// windowOf reads "Mon-Fri 22:00-06:00 Europe/Berlin". Whether the zone is there the account knows.
func windowOf(text string) (object, error) {
	m := regexp.MustCompile(`^(?:(\S*[A-Za-z]\S*) +)?(\d\d:\d\d)-(\d\d:\d\d)(?: +(.+))?$`).FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return nil, badWindow(text)
	}
	w := object{"from": m[2], "to": m[3]}
	if m[4] != "" {
		w["timeZone"] = m[4]
	}
	days, ok := daysOf(m[1])
	if !ok {
		return nil, badWindow(text)
	}
	if len(days) > 0 {
		w["days"] = days
	}
	return w, nil
}

func badWindow(text string) error {
	return fault.New(fault.Invalid, "BadWindow", "%q is not a window of time", text).Try("Write it as 'Mon-Fri 22:00-06:00 Europe/Berlin'")
}

// daysOf reads "Mon-Fri", "Sat,Sun" or "Monday"; "" is every day.
func daysOf(text string) (days []string, ok bool) {
	if text == "" {
		return nil, true
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		first, last := dayOf(from), dayOf(to)
		if !ranged {
			last = first
		}
		if first < 0 || last < 0 {
			return nil, false
		}
		for n := first; ; n = (n + 1) % 7 {
			if !slices.Contains(days, weekDays()[n]) {
				days = append(days, weekDays()[n])
			}
			if n == last {
				break
			}
		}
	}
	return days, true
}

func weekDays() []string {
	return []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
}

// dayOf is the number of a day by its name or the first three letters of it; -1 of none.
func dayOf(name string) int {
	return slices.IndexFunc(weekDays(), func(day string) bool { return strings.EqualFold(name, day) || strings.EqualFold(name, day[:3]) })
}
