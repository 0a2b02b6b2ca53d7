package survey

import (
	"context"
	"reflect"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// A connector uses the memory of one asset for all that it emits: what it wrote over must not show.
func TestNothingIsKeptOfAnAssetBehindTheCall(t *testing.T) {
	again := script{scan: func(_ context.Context, _ connector.Env, emit connector.Emit) error {
		a, lent := model.Asset{}, table(0)
		for i := range 1200 {
			next := table(i)
			a = *next
			a.Columns, a.Measures = append(lent.Columns[:0], next.Columns...), append(lent.Measures[:0], next.Measures...)
			if err := emit.Asset(&a); err != nil {
				return err
			}
			for k := range lent.Columns {
				lent.Columns[k] = model.Column{Name: "written over"}
			}
			lent.Measures[0], lent.Measures[1] = model.Measure{Name: "written over"}, model.Measure{}
		}
		return emit.Listed(model.Listed{Container: "shop/public", Whole: true})
	}}
	whole := run(t, job(), nil, tables(1200, nil))
	if got := run(t, job(), nil, again); !reflect.DeepEqual(got, whole) {
		t.Errorf("%d assets and %d rows, and not the %d and %d of a connector that makes each anew", len(got.Assets), len(got.Rows), len(whole.Assets), len(whole.Rows))
	}
	grown := func(i int, a *model.Asset) { a.Measures[0].Value += int64(i) }
	base := nextBase(whole.Rows)
	_, moved := run(t, job(), base, tables(1200, grown)).bits("shop/public")
	again.scan = func(_ context.Context, _ connector.Env, emit connector.Emit) error {
		for i := range 1200 {
			a := table(i)
			grown(i, a)
			if err := emit.Asset(a); err != nil {
				return err
			}
			a.Measures[0], a.Measures[1] = model.Measure{Name: "written over"}, model.Measure{}
		}
		return nil
	}
	if _, got := run(t, job(), base, again).bits("shop/public"); len(got) == 0 || !reflect.DeepEqual(got, moved) {
		t.Errorf("%d measures moved, and not the %d", len(got), len(moved))
	}
}
