package manage_test

import (
	"context"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// counter answers questions as the test says.
type counter struct {
	*scan.Service
	asked  []scan.Question
	answer fleet.Answer
	err    error
}

func (c *counter) Ask(_ context.Context, q scan.Question) (fleet.Answer, error) {
	c.asked = append(c.asked, q)
	return c.answer, c.err
}

func TestWhoeverMayWriteScansMayAsk(t *testing.T) {
	h := build(t)
	h.furnish()
	c := h.questions
	c.answer = fleet.Answer{Node: "pool--n1"}
	seller := h.holder("seller", "sales", access.DataSourceAdministrator)
	reader := h.holder("reader", "sales", access.DataReader)
	if _, _, err := c.PutScan(t.Context(), model.Scan{Name: "wages", Source: "shop-sales", Collection: "payroll", Runtime: "pool"}); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"/test", "/browse"} {
		hides, theirs := h.call("POST", "/manage/v1/datasources/shop-sales"+what, seller, `{"scan":"wages"}`)
		lacks, none := h.call("POST", "/manage/v1/datasources/shop-sales"+what, seller, `{"scan":"nights"}`)
		if hides != 404 || lacks != 404 || code(theirs) != code(none) {
			t.Errorf("%s with a scan that may not be seen: %d %v, with none: %d %v", what, hides, theirs, lacks, none)
		}
		if status, body := h.call("POST", "/manage/v1/datasources/shop-sales"+what, seller, `{"scan":"all"}`); status != 200 || body["node"] != "pool--n1" {
			t.Errorf("%s by whoever may: %d %v", what, status, body)
		}
		hidden, one := h.call("POST", "/manage/v1/datasources/shop-payroll"+what, seller, "{}")
		absent, other := h.call("POST", "/manage/v1/datasources/none"+what, seller, "{}")
		if hidden != 404 || absent != 404 || code(one) != code(other) {
			t.Errorf("%s of a source that may not be seen: %d %v, of none: %d %v", what, hidden, one, absent, other)
		}
		if status, _ := h.call("POST", "/manage/v1/datasources/shop-sales"+what, reader, "{}"); status != 403 && status != 404 {
			t.Errorf("%s by a reader: %d", what, status)
		}
		if status, _ := h.call("POST", "/manage/v1/datasources/shop-sales"+what, "", "{}"); status != 401 {
			t.Errorf("%s by nobody: %d", what, status)
		}
		if status, _ := h.call("POST", "/manage/v1/datasources/shop-sales"+what, seller, `{"password":"canary"}`); status != 400 {
			t.Errorf("%s with what is not known: %d", what, status)
		}
	}
	if len(c.asked) != 2 {
		t.Errorf("%d questions left: %+v", len(c.asked), c.asked)
	}
}

func TestAnswersOfNodesAreShown(t *testing.T) {
	h := build(t)
	h.furnish()
	c := h.questions
	ask := func(what, body string) (int, map[string]any) {
		return h.call("POST", "/manage/v1/datasources/shop-sales"+what, h.admin, body)
	}
	c.answer = fleet.Answer{Node: "pool--n1", Steps: []bus.Step{{Name: "connect", OK: true}}, Failure: fault.New(fault.Denied, "WrongPassword", "refused").Try("Mend it")}
	status, body := ask("/test", `{"runtime":"pool","credential":"c","settings":{"a":"b"}}`)
	problem, _ := body["problem"].(map[string]any)
	if status != 200 || body["ok"] != false || problem["kind"] != "Denied" || problem["code"] != "WrongPassword" || problem["remedy"] != "Mend it" || len(body["steps"].([]any)) != 1 {
		t.Errorf("a test that fails is an answer: %d %v", status, body)
	}
	if q := c.asked[0]; q.Source != "shop-sales" || q.Runtime != "pool" || q.Credential != "c" || q.Settings["a"] != "b" || q.Browse {
		t.Errorf("asked %+v", q)
	}
	if status, body := ask("/browse", `{}`); status != 403 || code(body) != "WrongPassword" {
		t.Errorf("names that could not be had: %d %v", status, body)
	}
	c.answer = fleet.Answer{Node: "pool--n1", Names: []model.Ref{{Type: "shelf", Path: "a%2Fb/wall"}}, More: true}
	status, body = ask("/browse", `{"path":"a%2Fb"}`)
	if list := values(body); status != 200 || len(list) != 1 || body["more"] != true || list[0].(map[string]any)["name"] != "wall" || list[0].(map[string]any)["path"] != "a%2Fb/wall" {
		t.Errorf("names: %d %v", status, body)
	}
	if q := c.asked[2]; !q.Browse || q.Path != "a%2Fb" {
		t.Errorf("asked %+v", q)
	}
	c.err = fault.New(fault.Unreachable, "RuntimeOffline", "nobody").Try("Start a node")
	for _, what := range []string{"/test", "/browse"} {
		if status, body := ask(what, `{}`); status < 500 || code(body) != "RuntimeOffline" {
			t.Errorf("%s with nobody there: %d %v", what, status, body)
		}
	}
}
