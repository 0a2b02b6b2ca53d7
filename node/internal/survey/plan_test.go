package survey

import (
	"context"
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// shelves is a source of so many schemas with a table each, planned as one unit each.
type shelves struct {
	script
	weights []int64
	broken  string // a unit that can't be read
	panics  bool
	keeps   *int // calls between keep and release
}

func (s shelves) Plan(_ context.Context, _ connector.Env, emit func(model.Unit) error) error {
	for i, w := range s.weights {
		if err := emit(model.Unit{Title: "shelf", Step: "shelf", Below: fmt.Sprintf("s%d", i), Weight: w}); err != nil {
			return err
		}
	}
	return nil
}

func (s shelves) Scan(_ context.Context, _ connector.Env, u model.Unit, emit connector.Emit) error {
	if err := emit.Asset(&model.Asset{Type: "table", Path: u.Below + "/t", Name: "t", Container: u.Below, Facets: model.FacetExistence}); err != nil {
		return err
	}
	if u.Below == s.broken {
		if s.panics {
			panic("at the disco")
		}
		return fault.New(fault.Unreachable, "Gone", "the source has gone away")
	}
	return emit.Listed(model.Listed{Container: u.Below, Whole: true})
}

func (s shelves) Keep(connector.Env) (connector.Connector, func()) {
	*s.keeps++
	return s, func() { *s.keeps-- }
}

func planning(attempt uint32, level model.Level) pipe.Job {
	j := job()
	j.Grant.Unit, j.Grant.Ref.Attempt, j.Grant.Level = model.Unit{}, attempt, level
	return j
}

func TestASmallPlanIsReadAtOnceByItsFirstAttempt(t *testing.T) {
	many := make([]int64, smallUnits+1)
	for i := range many {
		many[i] = 1
	}
	for _, c := range []struct {
		name     string
		job      pipe.Job
		source   shelves
		read     int
		children int
		whole    int // containers listed to their end
	}{
		{"small", planning(1, model.L2), shelves{weights: []int64{1, 900, 1500}}, 3, 0, 3},
		{"planned again", planning(2, model.L2), shelves{weights: []int64{1, 900}}, 0, 2, 0},
		{"too heavy", planning(1, model.L2), shelves{weights: []int64{1, 900, 1600, 1}}, 0, 4, 0},
		{"heavy to sample", planning(1, model.L3), shelves{weights: []int64{1, 900}}, 0, 2, 0},
		{"of unknown weight", planning(1, model.L2), shelves{weights: []int64{1, 0, 1}}, 0, 3, 0},
		{"many", planning(1, model.L2), shelves{weights: many}, 0, len(many), 0},
		{"one that fails, and what follows it", planning(1, model.L2), shelves{weights: []int64{1, 1, 1}, broken: "s1"}, 2, 2, 1},
		{"one that panics", planning(1, model.L2), shelves{weights: []int64{1, 1}, broken: "s1", panics: true}, 2, 1, 1},
		{"empty", planning(1, model.L2), shelves{}, 0, 0, 0},
	} {
		c.source.keeps = new(int)
		got := run(t, c.job, nil, c.source)
		var listed []model.Listed
		if len(got.end.Listed) > 0 {
			if err := bus.Decode(got.end.Listed, &listed); err != nil {
				t.Fatal(err)
			}
		}
		if got.end.Outcome != bus.OutcomeRead || len(got.Assets) != c.read || len(got.Children) != c.children || len(listed) != c.whole || *c.source.keeps != 0 {
			t.Errorf("%s: %+v, %d assets, %d children, listed %v, kept %d", c.name, got.end, len(got.Assets), len(got.Children), listed, *c.source.keeps)
		}
	}
}

func TestWhatIsReadAtOnceIsComparedWithTheBase(t *testing.T) {
	source := shelves{weights: []int64{1, 1}, keeps: new(int)}
	first := run(t, planning(1, model.L2), nil, source)
	var base []bus.BaseBlock
	for i, a := range first.Assets {
		base = append(base, bus.BaseBlock{Container: a.Container, Generation: 5, Rows: bus.AppendBaseRow(nil, first.Rows[i])})
	}
	again := run(t, planning(1, model.L2), base, source)
	if len(again.Assets) != 0 || len(again.Seen) != 2 || again.end.Assets != 2 {
		t.Errorf("%d assets, seen %v of %d", len(again.Assets), again.Seen, again.end.Assets)
	}
}
