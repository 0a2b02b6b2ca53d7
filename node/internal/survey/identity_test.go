package survey

import (
	"context"
	"log/slog"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// named is a connector that answers who it is, one answer after the other; the last one stays.
type named struct {
	script
	showsAll bool
	answers  *[]model.Identity
	asked    *int
}

func (n named) Describe() model.Kind {
	kind := n.script.Describe()
	kind.ShowsAll = n.showsAll
	return kind
}

func (n named) Identify(context.Context, connector.Env) (model.Identity, error) {
	*n.asked++
	id := (*n.answers)[0]
	if len(*n.answers) > 1 {
		*n.answers = (*n.answers)[1:]
	}
	if id.System == "down" {
		return id, fault.New(fault.Unreachable, "Unreachable", "down")
	}
	return id, nil
}

func TestIdentity(t *testing.T) {
	type ids = []model.Identity
	a, b := model.Identity{System: "a", Grants: 7}, model.Identity{System: "b", Grants: 7}
	for name, c := range map[string]struct {
		answers  ids
		showsAll bool
		system   string
		want     model.Identity
		code     string
		assets   int
	}{
		"the first source is taken":                             {ids{a}, false, "", a, "", 3},
		"the same source is read":                               {ids{a}, false, "a", a, "", 3},
		"of another source nothing is read":                     {ids{b}, false, "a", b, bus.CodeSourceChanged, 0},
		"of another source nothing is read where all is shown":  {ids{b}, true, "a", b, bus.CodeSourceChanged, 0},
		"a source that can't tell is read":                      {ids{{Grants: 7}}, false, "a", model.Identity{Grants: 7}, "", 3},
		"grants that changed meanwhile prove nothing":           {ids{a, {System: "a", Grants: 8}}, false, "a", model.Identity{System: "a"}, "", 3},
		"grants are asked for once where all is shown":          {ids{a, {System: "a", Grants: 8}}, true, "a", a, "", 3},
		"a source that changed meanwhile fails the unit":        {ids{a, b}, false, "a", b, bus.CodeSourceChanged, 3},
		"a source that can't be asked fails the unit":           {ids{{System: "down"}}, false, "a", model.Identity{}, "Unreachable", 0},
		"an identity that can't be kept is the connector's own": {ids{{System: "a b"}}, false, "", model.Identity{}, "BadIdentity", 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := job()
			j.Grant.System = c.system
			asked := 0
			got := run(t, j, nil, named{tables(3, nil), c.showsAll, &c.answers, &asked})
			if got.end.Identity != c.want || got.end.Code != c.code || len(got.Assets) != c.assets {
				t.Fatalf("%+v %q, %d assets", got.end.Identity, got.end.Code, len(got.Assets))
			}
		})
	}
}

func TestAWorkerAsksOncePerRunWhereAllIsShown(t *testing.T) {
	asked, known := 0, Known{}
	conn := named{tables(1, nil), true, &[]model.Identity{{System: "a", Grants: 1}}, &asked}
	conn.plan = func(connector.Env, func(model.Unit) error) error { return nil }
	one := func(runID, step, system string) pipe.End {
		j := job()
		j.Grant.Run, j.Grant.Unit.Step, j.Grant.System = runID, step, system
		return Run(t.Context(), j, nil, conn, Deps{Log: slog.New(slog.DiscardHandler), Known: &known}, func(*bus.Piece) error { return nil })
	}
	for i, c := range []struct {
		run, step, system string
		asked             int
		code              string
	}{
		{"1", "tables", "", 1, ""},
		{"1", "tables", "a", 1, ""},
		{"1", "tables", "b", 1, bus.CodeSourceChanged},
		{"2", "tables", "a", 2, ""},
		{"2", "", "a", 3, ""}, // planning always asks
	} {
		end := one(c.run, c.step, c.system)
		if asked != c.asked || end.Code != c.code || end.Identity.System != "a" {
			t.Fatalf("%d: asked %d times, %q, %+v", i, asked, end.Code, end.Identity)
		}
	}
}

// mounted is a connector of a folder of the node's machine.
type mounted struct{ named }

func (m mounted) Describe() model.Kind {
	kind := m.named.Describe()
	kind.Folder = "/srv"
	return kind
}

func TestAFolderIsAskedBeforeAndBehindEachUnit(t *testing.T) {
	a, b, none := model.Identity{System: "a"}, model.Identity{System: "b"}, model.Identity{}
	for name, c := range map[string]struct {
		system  string
		answers []model.Identity
		code    string
	}{
		"it stays":                             {"a", []model.Identity{a, a, a, a}, ""},
		"another took its place between two":   {"a", []model.Identity{a, a, b}, bus.CodeSourceChanged},
		"another took its place meanwhile":     {"a", []model.Identity{a, a, a, b}, bus.CodeSourceChanged},
		"one that tells nothing did":           {"a", []model.Identity{a, a, a, none}, bus.CodeSourceChanged},
		"another did, before one was known":    {"", []model.Identity{a, a, a, b}, bus.CodeSourceChanged},
		"it tells nothing":                     {"", []model.Identity{none}, ""},
		"it tells nothing where it did before": {"a", []model.Identity{none, none}, codeSourceAway},
		"it tells nothing any more":            {"a", []model.Identity{a, a, none, none}, codeSourceAway},
		"it was gone when it was asked again":  {"a", []model.Identity{a, a, a, {System: "down"}}, "Unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			asked, known := 0, Known{}
			conn := mounted{named{tables(1, nil), true, &c.answers, &asked}}
			var end pipe.End
			for range 2 {
				j := job()
				j.Grant.Run, j.Grant.System = "1", c.system
				end = Run(t.Context(), j, nil, conn, Deps{Log: slog.New(slog.DiscardHandler), Known: &known}, func(*bus.Piece) error { return nil })
			}
			if end.Code != c.code || (c.code == "") != (end.Outcome == bus.OutcomeRead) {
				t.Errorf("%+v, asked %d times", end, asked)
			}
		})
	}
}
