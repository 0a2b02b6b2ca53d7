package scanning

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

type triggerBody struct {
	Properties struct {
		Recurrence *struct {
			Frequency string         `json:"frequency"`
			Interval  int            `json:"interval"`
			Start     *string        `json:"startTime"`
			End       *string        `json:"endTime"`
			Zone      string         `json:"timeZone"`
			Schedule  *scan.Schedule `json:"schedule"`
		} `json:"recurrence"`
		ScanLevel string `json:"scanLevel"`
		State     string `json:"state"`
		// What is published, and can't be kept.
		Interval json.RawMessage `json:"recurrenceInterval"`
		Since    json.RawMessage `json:"incrementalScanStartTime"`
	} `json:"properties"`
}

func (b triggerBody) trigger(source, name string) (scan.Trigger, error) {
	t := scan.Trigger{Source: source, Scan: name}
	r := b.Properties.Recurrence
	if r == nil {
		return t, fault.New(fault.Invalid, "BadRecurrence", "properties.recurrence says when the trigger fires, and is missing")
	}
	for name, raw := range map[string]json.RawMessage{"recurrenceInterval": b.Properties.Interval, "incrementalScanStartTime": b.Properties.Since} {
		if len(raw) > 0 && !api.IsNull(raw) {
			return t, fault.New(fault.Unsupported, "TriggerProperty", "properties.%s can't be kept in this build", name).Try("Send null, and say when in properties.recurrence")
		}
	}
	t.Recurrence = scan.Recurrence{Frequency: r.Frequency, Interval: r.Interval, Zone: r.Zone}
	if r.Interval == 0 {
		t.Recurrence.Interval = 1
	}
	for name, part := range map[string]struct {
		text *string
		into *time.Time
	}{"startTime": {r.Start, &t.Recurrence.Start}, "endTime": {r.End, &t.Recurrence.End}} {
		if part.text == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, *part.text)
		if err != nil {
			return t, fault.New(fault.Invalid, "BadRecurrence", "properties.recurrence.%s is no time with an offset: %q", name, clip(*part.text)).
				Try("Write it like 2026-01-31T08:30:00Z or 2026-01-31T08:30:00+01:00")
		}
		*part.into = at.UTC()
	}
	if r.Schedule != nil {
		t.Recurrence.Schedule = *r.Schedule
	}
	switch b.Properties.ScanLevel {
	case "", "Incremental":
	case "Full":
		t.Full = true
	default:
		return t, fault.New(fault.Invalid, "BadRequest", "properties.scanLevel must be Full or Incremental")
	}
	switch b.Properties.State {
	case "", "Enabled":
	case "Disabled":
		t.Disabled = true
	default:
		return t, fault.New(fault.Invalid, "BadRequest", "properties.state must be Enabled or Disabled")
	}
	return t, nil
}

func triggerAnswer(t scan.Trigger) map[string]any {
	r, s := t.Recurrence, t.Recurrence.Schedule
	var schedule any
	if len(s.Minutes)+len(s.Hours)+len(s.WeekDays)+len(s.MonthDays)+len(s.Occurrences) > 0 {
		schedule = map[string]any{
			"minutes": orNull(s.Minutes), "hours": orNull(s.Hours), "weekDays": orNull(s.WeekDays), "monthDays": orNull(s.MonthDays),
			"monthlyOccurrences": orNull(s.Occurrences),
		}
	}
	level, state := "Incremental", "Enabled"
	if t.Full {
		level = "Full"
	}
	if t.Disabled {
		state = "Disabled"
	}
	recurrence := map[string]any{
		"frequency": r.Frequency, "interval": r.Interval, "startTime": api.Time(r.Start), "endTime": api.Time(r.End), "schedule": schedule,
	}
	if r.Zone != "" {
		recurrence["timeZone"] = r.Zone
	}
	return map[string]any{
		"id": "datasources/" + t.Source + "/scans/" + t.Scan + "/triggers/default", "name": "default",
		"properties": map[string]any{
			"recurrence": recurrence, "recurrenceInterval": nil, "createdAt": api.Time(t.Created), "lastModifiedAt": api.Time(t.Modified),
			"lastScheduled": api.Time(t.Last), "scanLevel": level, "state": state,
			"purlieuNext": api.Time(t.Next), "purlieuProblem": t.Problem,
		},
	}
}

// orNull is a list, or JSON null for none.
func orNull[T any](list []T) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

func (p *Plane) getTrigger(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.ReadScan)
	if err != nil {
		return err
	}
	t, err := p.Definitions.Trigger(r.Context(), sc.Source, sc.Name)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, triggerAnswer(t))
	return nil
}

func (p *Plane) putTrigger(w http.ResponseWriter, r *http.Request) error {
	var body triggerBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return err
	}
	t, err := body.trigger(sc.Source, sc.Name)
	if err != nil {
		return err
	}
	t, created, err := p.Definitions.PutTrigger(r.Context(), t)
	if err != nil {
		return err
	}
	api.Answer(w, written(created), triggerAnswer(t))
	return nil
}

func (p *Plane) deleteTrigger(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return err
	}
	if err := p.Definitions.DeleteTrigger(r.Context(), sc.Source, sc.Name); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}

// enable serves :enable and :disable.
func (p *Plane) enable(enabled bool) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		sc, err := p.visibleScan(r, access.WriteScan)
		if err != nil {
			return err
		}
		t, err := p.Definitions.EnableTrigger(r.Context(), sc.Source, sc.Name, enabled)
		if err != nil {
			return err
		}
		api.Answer(w, http.StatusOK, triggerAnswer(t))
		return nil
	}
}
