package hub

import (
	"context"
	"sync"
	"testing"

	"github.com/purlieu/purlieu/bus"
)

// BenchmarkRequests measures requests through TLS, relay, embedded server and workers, with 16 under way.
func BenchmarkRequests(b *testing.B) {
	for _, c := range []struct {
		name    string
		subject bus.Subject
		size    int
	}{{"renewals", bus.SubjectRenew, 200}, {"batches of 64 KiB", bus.SubjectBatch, 64 << 10}, {"batches of 1 MiB", bus.SubjectBatch, 1 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			a := newAccount(b, func(_ context.Context, _ string, _ bus.Subject, _ []byte) ([]byte, error) {
				return []byte("receipt"), nil
			}, true)
			client := a.node("pool--one")
			b.SetBytes(int64(c.size))
			b.ReportAllocs()
			var pending sync.WaitGroup
			room := make(chan struct{}, 16)
			for b.Loop() {
				room <- struct{}{}
				pending.Add(1)
				client.Request(c.subject, make([]byte, c.size), func(_ []byte, err error) {
					if err != nil {
						b.Error(err)
					}
					<-room
					pending.Done()
				})
			}
			pending.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}
