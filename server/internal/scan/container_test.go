package scan

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

func plantHash(path string) model.Hash {
	return model.HashOf("plant", "garden://plot.example.com/"+path)
}

func TestAPageDeletesOnlyWhatIsStillAsItWasJudged(t *testing.T) {
	for name, meanwhile := range map[string]func(p *protocol){
		"a person wrote over it": func(p *protocol) {
			text := "mine"
			_, err := p.graph.Edit(p.Context(), "person:kim", []datamap.Edit{{GUID: p.at("a/p001").GUID, Description: &text}})
			p.ok(err)
		},
		"another scan saw it": func(p *protocol) {
			p.ok(p.finalise(p.Context(), p.walk(look{scan: "other", beds: map[string]int{"a": 2}})))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProtocol(t)
			p.scan("plot", "other")
			p.saw(look{beds: map[string]int{"a": 9}})
			id := p.walk(look{beds: map[string]int{"a": 1}})
			proof, err := p.proofOf(t.Context(), id)
			p.ok(err)
			p.ok(p.decide(t.Context(), proof))
			var v *verdict
			p.ok(p.st.View(t.Context(), func(tx store.Tx) error {
				v, err = p.Service.verdict(t.Context(), tx, proof, "/a")
				return err
			}))
			if len(v.lost.proven) != 8 {
				t.Fatalf("%d are gone", len(v.lost.proven))
			}
			meanwhile(p)
			at := slices.Index(v.lost.proven, plantHash("a/p001"))
			whole, err := p.removePage(t.Context(), proof, "/a", v.lost.proven, v.version)
			p.ok(err)
			if living := 9 - at; whole || len(strings.Fields(p.living())) != living+1 || p.at("a/p001").Row.Deleted { // and the bed
				t.Fatalf("whole %v, %d came before it; living: %s", whole, at, p.living())
			}
			p.sweep(p.Service)
			if got := p.at("a/p001").Row.Deleted; got != (name == "a person wrote over it") {
				t.Fatalf("judged again, it is deleted: %v", got)
			}
		})
	}
}

// worn is a map that can delete only so often.
type worn struct {
	Deleter
	left *int
}

func (w worn) Delete(ctx context.Context, tx store.Tx, actor string, hashes []model.Hash) (int64, error) {
	if *w.left--; *w.left < 0 {
		return 0, errors.New("the map is stuck")
	}
	return w.Deleter.Delete(ctx, tx, actor, hashes)
}

func TestWhatARunThatIsGivenUpHasDeletedIsReadAnew(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 5}})
	p.walk(look{beds: map[string]int{"a": 2}})
	left := 2
	s := New(p.st, p, worn{p.graph, &left}, slog.New(slog.DiscardHandler), DefaultConfig())
	s.cfg.DeletePage = 1
	p.pass(finalWithin + time.Minute)
	if _, err := s.Sweep(t.Context()); err == nil {
		t.Fatal("the sweep says nothing")
	}
	p.update(func(ctx context.Context, tx store.Tx) error {
		base, err := baseOf(ctx, tx, "plot/all", "/a")
		p.ok(err)
		void := 0
		for i, path := range []string{"a/p000", "a/p001", "a/p002", "a/p003", "a/p004"} {
			deleted, voided := p.at(path).Row.Deleted, is(base.Rows, plantHash(path), voidRow)
			if deleted != voided || i < 2 && deleted {
				t.Errorf("%s: deleted %v, to be read anew %v", path, deleted, voided)
			}
			if voided {
				void++
			}
		}
		if void != 2 || len(base.Rows) != 5*bus.BaseRowSize {
			t.Errorf("%d of the base's rows are void", void)
		}
		return nil
	})
}
