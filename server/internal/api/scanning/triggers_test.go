package scanning_test

import (
	"reflect"
	"strings"
	"testing"
)

func TestATriggerIsServedAsPublished(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/sold/scans/weekly", `{}`)
	const at = "/scan/datasources/sold/scans/weekly/triggers/default"
	const body = `{"properties":{"scanLevel":"Full","state":"Enabled","recurrenceInterval":null,"recurrence":{"startTime":"2021-02-12T14:59:00.416Z","interval":1,
		"frequency":"Month","timeZone":"W. Europe Standard Time","schedule":{"hours":[23],"minutes":[56],"monthlyOccurrences":[{"day":"Wednesday","occurrence":2}]}}}}`
	d.ask(404, admin, "GET", at, "")
	d.ask(201, admin, "PUT", at, body)
	d.ask(200, admin, "PUT", at, body)
	got := d.ask(200, reader, "GET", at, "")
	props := got["properties"].(map[string]any)
	if got["name"] != "default" || props["scanLevel"] != "Full" || props["state"] != "Enabled" || props["purlieuNext"] == nil || props["lastScheduled"] != nil {
		t.Errorf("%v", got)
	}
	if r := props["recurrence"].(map[string]any); r["timeZone"] != "W. Europe Standard Time" || r["endTime"] != nil || r["schedule"].(map[string]any)["weekDays"] != nil {
		t.Errorf("%v", r)
	}
	if off := d.ask(200, admin, "POST", at+":disable", ""); off["properties"].(map[string]any)["state"] != "Disabled" {
		t.Errorf("%v", off)
	}
	d.ask(200, admin, "POST", at+":enable", "")
	listed := d.ask(200, reader, "GET", strings.TrimSuffix(at, "/weekly/triggers/default"), "")["value"].([]any)
	if t0, _ := listed[0].(map[string]any)["purlieuTrigger"].(map[string]any); !reflect.DeepEqual(t0, d.ask(200, reader, "GET", at, "")) {
		t.Errorf("the list of scans has the trigger %v", t0)
	}
	for _, call := range [][3]string{{"PUT", at, body}, {"DELETE", at, ""}, {"POST", at + ":enable", ""}, {"POST", at + ":disable", ""}} {
		d.ask(403, reader, call[0], call[1], call[2])
	}
	for _, bad := range []string{
		`{"properties":{}}`, `{"properties":{"recurrence":{"frequency":"Year","interval":1}}}`, `{"properties":{"state":"Asleep","recurrence":{"frequency":"Day"}}}`,
		`{"properties":{"recurrence":{"frequency":"Day","timeZone":"Middle Earth Standard Time"}}}`,
	} {
		d.ask(400, admin, "PUT", at, bad)
	}
	for property, status := range map[string]int{
		`"recurrenceInterval":"P1D"`: 501, `"incrementalScanStartTime":"2026-01-01T00:00:00Z"`: 501, `"incrementalScanStartTime":null`: 200,
	} {
		got := d.ask(status, admin, "PUT", at, `{"properties":{`+property+`,"recurrence":{"frequency":"Day"}}}`)
		if name := strings.Split(property, `"`)[1]; status != 200 && !strings.Contains(got["error"].(map[string]any)["message"].(string), "properties."+name) {
			t.Errorf("%v", got)
		}
	}
	for _, part := range []string{"startTime", "endTime"} {
		got := d.ask(400, admin, "PUT", at, `{"properties":{"recurrence":{"frequency":"Day","`+part+`":"2026-01-01T10:00:00"}}}`)
		if text := got["error"].(map[string]any)["message"].(string); !strings.Contains(text, "properties.recurrence."+part) {
			t.Errorf("%s", text)
		}
	}
	d.ask(204, admin, "DELETE", at, "")
	d.ask(404, admin, "DELETE", at, "")
}
