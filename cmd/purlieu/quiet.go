package main

import (
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
)

// quiet finds out, for somebody who watches a run in which nothing happens, why that is so.
type quiet struct {
	app     *app
	account *client.Client
	looks   int    // that saw nothing new, one after the other
	said    string // what was found out last
}

// Looks that see nothing new before it is asked why, and between two questions: a run may well be busy meanwhile.
const (
	quietFirst = 3
	quietNext  = 5
)

// why is called after each look that saw nothing new; it says what is new about the reason, else nothing.
func (q *quiet) why(run object) string {
	q.looks++
	if q.looks < quietFirst || (q.looks-quietFirst)%quietNext != 0 || run.text("purlieu", "proposal") != "" {
		return ""
	}
	why := q.reason("/manage/v1/runs/" + esc(run.text("id")))
	if why == q.said {
		return ""
	}
	q.said = why
	return why
}

// reason is that of the runtime, or of a part of the run that failed and is to be tried again. Whoever may not ask is told
// nothing: the watching goes on.
func (q *quiet) reason(path string) string {
	var run object
	if err := q.account.Get(q.app.ctx, path, &run); err != nil {
		return ""
	}
	if waits := objectsOf(run.at("waits")); len(waits) > 0 {
		return strings.TrimSpace("It waits. " + waits[0].text("text") + " " + waits[0].text("remedy"))
	}
	var units struct {
		Value []object `json:"value"`
	}
	if err := q.account.Get(q.app.ctx, path+"/units?state=queued&limit=100", &units); err != nil {
		return ""
	}
	for _, u := range units.Value {
		if code := u.text("lastCode"); code != "" {
			return strings.TrimSpace("An attempt failed (" + code + ") and is made again. " + u.text("lastRemedy"))
		}
	}
	return ""
}
