package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/storetest"
	"github.com/purlieu/purlieu/test/pgserver"
)

// BenchmarkSearching compares searches with the bare index. The full size is PURLIEU_BENCH_ASSETS=1000000.
func BenchmarkSearching(b *testing.B) {
	address := storetest.Kept("postgres")
	if address == "" {
		server := pgserver.Start(b)
		if err := server.Exec("postgres", "create database account"); err != nil {
			b.Fatal(err)
		}
		address = server.Address("account")
	}
	s, err := Open(b.Context(), Options{Address: address})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	conn, err := pgx.Connect(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context()) //nolint:errcheck // the server ends with it
	var mine []int64
	storetest.Searching(b, s, func(ctx context.Context, words []string, prefix bool, collections []string, most int) (n int, err error) {
		if mine == nil { // the first question is not timed
			if _, err := conn.Exec(ctx, "vacuum analyze"); err != nil {
				return 0, err
			}
			err := s.View(ctx, func(tx store.Tx) (err error) {
				mine, err = tx.Index().(index).tagsOf(ctx, store.TagCollection, collections)
				return err
			})
			if err != nil {
				return 0, err
			}
		}
		parts := []string{tagExpr(store.TagCollection, mine)}
		for i, w := range words {
			last := prefix && i == len(words)-1
			parts = append(parts, "("+phrase(inName, w, last)+" | "+phrase(inRest, w, last)+")")
		}
		err = conn.QueryRow(ctx, `select count(*) from (select 1 from found where words @@ $1::tsquery limit $2) f`,
			strings.Join(parts, " & "), most).Scan(&n)
		return n, err
	})
}
