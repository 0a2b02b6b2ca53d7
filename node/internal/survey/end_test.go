package survey

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestRunEnds(t *testing.T) {
	scan := func(f func(ctx context.Context, env connector.Env, emit connector.Emit) error) script {
		return script{scan: f}
	}
	half := func(then func() error) script {
		return scan(func(_ context.Context, _ connector.Env, emit connector.Emit) error {
			if err := emit.Asset(table(1)); err != nil {
				return err
			}
			return then()
		})
	}
	for name, c := range map[string]struct {
		conn  script
		code  string
		retry bool
	}{
		"unreachable": {half(func() error { return fault.New(fault.Unreachable, "NoRoute", "x").Try("Open the port") }), "NoRoute", true},
		"throttled":   {half(func() error { return fault.New(fault.Throttled, "TooMany", "x") }), "TooMany", true},
		"denied":      {half(func() error { return fault.New(fault.Denied, "WrongPassword", "x") }), "WrongPassword", false},
		"no_code":     {half(func() error { return errors.New("driver says hush-hush") }), "Internal", false},
		"panic":       {half(func() error { panic("value 4711 of the source") }), "ReaderPanicked", false},
		"nil_panic":   {half(func() error { var a *model.Asset; a.Name = "x"; return nil }), "ReaderPanicked", false},
		"bad_code":    {half(func() error { return fault.New(fault.Denied, "no word: hush-hush", "x") }), "Internal", false},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			var assets int
			end := Run(context.Background(), job(), nil, c.conn, Deps{Log: slog.New(slog.NewTextHandler(&log, nil))}, func(p *bus.Piece) error {
				assets += p.Assets()
				return nil
			})
			if end.Outcome != bus.OutcomeFailed || end.Code != c.code || end.Retry != c.retry || assets != 1 {
				t.Fatalf("%+v after %d assets", end, assets)
			}
			if strings.Contains(log.String(), "4711") || strings.Contains(log.String(), "hush") {
				t.Fatal("the log quotes the source:", log.String())
			}
		})
	}

	t.Run("cancel_stops_the_connector_at_its_next_word", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		n := 0
		got := runWith(ctx, t, job(), nil, scan(func(_ context.Context, _ connector.Env, emit connector.Emit) error {
			for {
				if n++; n == 10 {
					cancel()
				}
				if err := emit.Asset(table(n)); err != nil {
					return err
				}
			}
		}))
		if n != 10 || got.end.Code != "Cancelled" || got.pieces != 0 {
			t.Fatal(n, got.end)
		}
	})

	t.Run("a_broken_pipe_stops_the_connector", func(t *testing.T) {
		n := 0
		end := Run(context.Background(), job(), nil, tables(100000, func(i int, _ *model.Asset) { n = i }),
			Deps{Log: slog.New(slog.DiscardHandler)}, func(*bus.Piece) error { return errors.New("closed") })
		if end.Code != "PipeBroken" || n > pieceAssets {
			t.Fatal(end, n)
		}
	})

	t.Run("gaps_beyond_a_thousand_name_nothing", func(t *testing.T) {
		got := run(t, job(), nil, scan(func(_ context.Context, _ connector.Env, emit connector.Emit) error {
			for i := range 5000 {
				for code, remedy := range map[string]string{"PermissionDenied": "grant select on " + table(i).Path, "Odd": "Look at it."} {
					if err := emit.Gap(model.Gap{Path: table(i).Path, Code: code, Remedy: remedy}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		want := []model.Gap{{Code: "Odd", Count: 4500, Remedy: "Look at it."}, {Code: "PermissionDenied", Count: 4500}}
		if len(got.Gaps) != maxGaps+2 || !slices.Equal(got.Gaps[maxGaps:], want) {
			t.Fatal(len(got.Gaps), got.Gaps[maxGaps:])
		}
	})

	t.Run("gaps_beyond_a_thousand_are_counted", func(t *testing.T) {
		got := run(t, job(), nil, scan(func(_ context.Context, _ connector.Env, emit connector.Emit) error {
			for i := range 5000 {
				if err := emit.Gap(model.Gap{Path: table(i).Path, Code: "PermissionDenied", State: "42501"}); err != nil {
					return err
				}
			}
			return nil
		}))
		last := got.Gaps[len(got.Gaps)-1]
		if len(got.Gaps) != maxGaps+1 || last.Count != 4000 || last.State != "42501" {
			t.Fatal(len(got.Gaps), last)
		}
	})
}
