package survey

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

func BenchmarkRun(b *testing.B) {
	bench := func(b *testing.B, base []bus.BaseBlock) {
		b.ReportAllocs()
		assets := make([]*model.Asset, b.N)
		for i := range assets {
			assets[i] = table(i % 20000)
			assets[i].Path = fmt.Sprintf("shop/public/t%05d", i)
		}
		conn := script{scan: func(_ context.Context, _ connector.Env, emit connector.Emit) error {
			for _, a := range assets {
				if err := emit.Asset(a); err != nil {
					return err
				}
			}
			return nil
		}}
		bytes := 0
		b.ResetTimer()
		Run(context.Background(), job(), NewBase(base...), conn, Deps{Log: slog.New(slog.DiscardHandler)}, func(p *bus.Piece) error {
			body, err := bus.Encode(p)
			bytes += len(body)
			return err
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "assets/s")
		b.ReportMetric(float64(bytes)/float64(b.N), "bytes/asset")
	}
	b.Run("new", func(b *testing.B) { bench(b, nil) })
	b.Run("unchanged", func(b *testing.B) {
		renamed := func(i int, a *model.Asset) { a.Path, a.Name = fmt.Sprintf("shop/public/t%05d", i), table(i%20000).Name }
		base := nextBase(runWith(context.Background(), b, job(), nil, tables(b.N, renamed)).Rows)
		bench(b, base)
	})
	b.Run("fingerprint", func(b *testing.B) {
		a := table(1)
		b.ReportAllocs()
		for b.Loop() {
			fingerprint(a, stance(model.L2, 1, 0))
		}
	})
	b.Run("tidy", func(b *testing.B) {
		a := table(1)
		b.ReportAllocs()
		for b.Loop() {
			tidy(a)
		}
	})
}
