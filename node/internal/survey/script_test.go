package survey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sort"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// script is a connector that does what a test says.
type script struct {
	version int
	plan    func(env connector.Env, emit func(model.Unit) error) error
	scan    func(ctx context.Context, env connector.Env, emit connector.Emit) error
}

func (s script) Describe() model.Kind {
	return model.Kind{
		Name: "Script", Version: max(s.version, 1), Types: []model.TypeDef{{Name: "table"}, {Name: "schema"}},
		Settings: []model.Field{{Name: "database", Default: "shop"}},
	}
}

func (s script) Plan(_ context.Context, env connector.Env, emit func(model.Unit) error) error {
	return s.plan(env, emit)
}

func (s script) Scan(ctx context.Context, env connector.Env, _ model.Unit, emit connector.Emit) error {
	return s.scan(ctx, env, emit)
}

func table(i int) *model.Asset {
	a := &model.Asset{
		Type: "table", Path: fmt.Sprintf("shop/public/t%05d", i), Name: fmt.Sprintf("t%05d", i), Container: "shop/public",
		NativeID: fmt.Sprint(16384 + i), Owner: "owner", Facets: model.FacetExistence | model.FacetStructure,
		Keys:     []model.Key{{Name: "pk", Kind: model.PrimaryKey, Columns: []string{"c0"}}},
		Indexes:  []model.Index{{Name: "pk", Unique: true, Method: "btree", Columns: []string{"c0"}}},
		Measures: []model.Measure{{Name: "rows", Value: 1000}, {Name: "bytes", Value: 81920}},
	}
	for c := range 10 {
		a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("c%d", c), Type: "character varying(80)", Ordinal: c + 1, NotNull: c == 0})
	}
	return a
}

func tables(n int, change func(i int, a *model.Asset)) script {
	return script{scan: func(_ context.Context, _ connector.Env, emit connector.Emit) error {
		for i := range n {
			a := table(i)
			if change != nil {
				change(i, a)
			}
			if err := emit.Asset(a); err != nil {
				return err
			}
		}
		return emit.Listed(model.Listed{Container: "shop/public", Whole: true})
	}}
}

func job() pipe.Job {
	return pipe.Job{Grant: bus.Grant{
		Kind: "Script", Authority: "script://host/", Level: model.L2, Unit: model.Unit{Step: "tables", Below: "shop"},
	}}
}

// outcome is everything that a run sent, joined.
type outcome struct {
	bus.Facts
	end    pipe.End
	pieces int
}

func run(t *testing.T, j pipe.Job, base []bus.BaseBlock, conn connector.Connector) outcome {
	t.Helper()
	return runWith(context.Background(), t, j, base, conn)
}

func runWith(ctx context.Context, t testing.TB, j pipe.Job, base []bus.BaseBlock, conn connector.Connector) outcome {
	t.Helper()
	var out outcome
	deps := Deps{Log: slog.New(slog.DiscardHandler), Dial: func(context.Context, string, int) (net.Conn, error) { return nil, errors.New("no") }}
	whole := NewBase(base...)
	defer whole.Close()
	out.end = Run(ctx, j, whole, conn, deps, func(p *bus.Piece) error {
		f, body := factsOf(t, p)
		if len(body) > pieceBytes+bus.MaxAsset {
			t.Fatalf("a piece of %d bytes", len(body))
		}
		out.pieces++
		out.Assets = append(out.Assets, f.Assets...)
		out.Rows = append(out.Rows, f.Rows...)
		out.Gaps = append(out.Gaps, f.Gaps...)
		out.Children = append(out.Children, f.Children...)
		out.Seen = append(out.Seen, f.Seen...)
		return nil
	})
	return out
}

// factsOf is a piece as the supervisor reads it.
func factsOf(t testing.TB, p *bus.Piece) (f bus.Facts, body []byte) {
	t.Helper()
	body, err := bus.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := pipe.Decode(body, &f); err != nil {
		t.Fatal("a piece beyond the supervisor's bounds:", err)
	}
	return f, body
}

// bits joins the Seen entries of a container.
func (o outcome) bits(container string) (set []int, moved []bus.MovedMeasure) {
	for _, s := range o.Seen {
		if s.Container != container {
			continue
		}
		moved = append(moved, s.Moved...)
		for i := range len(s.Bits) * 8 {
			if s.Bits[i/8]&(1<<(i%8)) != 0 {
				set = append(set, i)
			}
		}
	}
	return set, moved
}

// nextBase packs rows as the account would, in two blocks.
func nextBase(rows []bus.BaseRow) []bus.BaseBlock {
	rows = slices.Clone(rows)
	sort.Slice(rows, func(i, j int) bool { return string(rows[i].Hash[:]) < string(rows[j].Hash[:]) })
	blocks := []bus.BaseBlock{{Container: "shop/public", Generation: 3}, {Container: "shop/public", Generation: 3, First: uint32(len(rows) / 2)}}
	for i, r := range rows {
		b := &blocks[0]
		if i >= len(rows)/2 {
			b = &blocks[1]
		}
		b.Rows = bus.AppendBaseRow(b.Rows, r)
	}
	return []bus.BaseBlock{blocks[1], blocks[0]}
}

func codes(gaps []model.Gap) []string {
	var out []string
	for _, g := range gaps {
		out = append(out, g.Code)
	}
	return out
}
