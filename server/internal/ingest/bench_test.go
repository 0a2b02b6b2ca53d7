package ingest

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/postgres"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
	"github.com/purlieu/purlieu/test/pgserver"
)

// BenchmarkIngestion applies batches of 500 tables of ten columns that wait in the inbox (PURLIEU_BENCH_ASSETS, else
// 20,000 tables). The floor writes the same rows into the same tables of another store of the same schema: bare upserts,
// 500 a transaction. Both in turn, some batches at a time; the median of the ratios is reported.
func BenchmarkIngestion(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		at := func(name string) (store.Store, *sql.DB) {
			path := filepath.Join(b.TempDir(), name)
			st, err := sqlite.Open(b.Context(), sqlite.Options{Path: path})
			if err != nil {
				b.Fatal(err)
			}
			db, err := sql.Open("sqlite", path)
			if err != nil {
				b.Fatal(err)
			}
			db.SetMaxOpenConns(1)
			if _, err := db.Exec("pragma synchronous = full; pragma cache_size = -16384; pragma busy_timeout = 5000"); err != nil {
				b.Fatal(err)
			}
			return st, db
		}
		ingestion(b, at, rowByRow)
	})
	b.Run("postgres", func(b *testing.B) {
		server := pgserver.Start(b)
		at := func(name string) (store.Store, *sql.DB) {
			if err := server.Exec("postgres", "create database "+name); err != nil {
				b.Fatal(err)
			}
			st, err := postgres.Open(b.Context(), postgres.Options{Address: server.Address(name)})
			if err != nil {
				b.Fatal(err)
			}
			db, err := sql.Open("pgx", server.Address(name))
			if err != nil {
				b.Fatal(err)
			}
			return st, db
		}
		ingestion(b, at, columnByColumn)
	})
}

const (
	assetsOfABatch = 500
	batchesOfAPair = 8
)

// written are the tables that a first scan fills, with what numbers their rows.
var written = []struct{ table, number, key string }{
	{"entity", "id", "hash"}, {"change", "id", "id"}, {"measure", "entity", "entity, day"}, {"part", "id", "id"},
}

func ingestion(b *testing.B, at func(string) (store.Store, *sql.DB), put func(*sql.Tx, rows) error) {
	n := 20_000
	if text := os.Getenv("PURLIEU_BENCH_ASSETS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	st, source := at("product")
	bare, floor := at("floor")
	b.Cleanup(func() { _, _, _, _ = st.Close(), bare.Close(), source.Close(), floor.Close() })
	r := &room{TB: b, now: time.Now()}
	r.open(st, DefaultConfig())
	g := r.bed()
	batches := n / assetsOfABatch / batchesOfAPair * batchesOfAPair
	for i := range batches {
		r.batch(g, uint32(i), r.facts(g, tables(i)...), bus.Committed)
	}
	last := make([]int64, len(written))
	for i := range written {
		r.ok(source.QueryRow("select coalesce(max(" + written[i].number + "), 0) from " + written[i].table).Scan(&last[i]))
	}
	var ratios []float64
	var product time.Duration
	count := 0
	for b.Loop() {
		for range batches / batchesOfAPair {
			began := time.Now()
			for range batchesOfAPair / 4 { // it takes four at a time
				if more, err := r.ApplyNext(b.Context()); err != nil || !more {
					b.Fatal(more, err)
				}
			}
			took := time.Since(began)
			var pieces []rows
			for i, w := range written {
				pieces = append(pieces, r.since(source, w.table, w.number, w.key, &last[i])...)
			}
			began = time.Now()
			for _, p := range pieces {
				tx, err := floor.Begin()
				r.ok(err)
				r.ok(put(tx, p))
				r.ok(tx.Commit())
				count += len(p.cells)
			}
			ratios = append(ratios, float64(time.Since(began))/float64(took))
			product += took
		}
	}
	if r.inbox() != 0 || r.count() < int64(batches*assetsOfABatch) {
		b.Fatalf("%d in the inbox, %d assets", r.inbox(), r.count())
	}
	slices.Sort(ratios)
	b.ReportMetric(100*ratios[len(ratios)/2], "%-of-floor")
	b.ReportMetric(float64(batches*assetsOfABatch)/product.Seconds(), "applied/s")
	b.ReportMetric(float64(count)/float64(batches*assetsOfABatch), "rows/asset")
}

// tables are the assets of one batch: tables of ten columns with two measures.
func tables(batch int) []model.Asset {
	list := make([]model.Asset, assetsOfABatch)
	for i := range list {
		name := fmt.Sprintf("customer_%06d", batch*assetsOfABatch+i)
		a := model.Asset{
			Type: "plant", Path: "a/" + name, Name: name, Container: "a", NativeID: strconv.Itoa(batch*assetsOfABatch + i), Owner: "owner",
			Facets:   model.FacetExistence | model.FacetStructure,
			Measures: []model.Measure{{Name: "rows", Value: int64(i)}, {Name: "bytes", Value: int64(i) * 8192}},
			Keys:     []model.Key{{Name: name + "_pkey", Kind: model.PrimaryKey, Columns: []string{"column0"}}},
		}
		for c := range 10 {
			a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("column%d", c), Type: "character varying(80)", Ordinal: c + 1, NotNull: c == 0})
		}
		list[i] = a
	}
	return list
}

// rows are up to 500 rows of one table.
type rows struct {
	table, key string
	columns    []string
	types      []string // as the engine names them
	cells      [][]any  // row by row
}

// since reads the rows that came after the last ones that were read.
func (r *room) since(db *sql.DB, table, number, key string, last *int64) (pieces []rows) {
	r.Helper()
	found, err := db.Query("select * from "+table+" where "+number+" > $1 order by "+number, *last)
	r.ok(err)
	defer found.Close()
	types, err := found.ColumnTypes()
	r.ok(err)
	now := rows{table: table, key: key}
	at := 0
	for i, c := range types {
		now.columns, now.types = append(now.columns, c.Name()), append(now.types, c.DatabaseTypeName())
		if c.Name() == number {
			at = i
		}
	}
	for found.Next() {
		row := make([]any, len(types))
		into := make([]any, len(types))
		for i := range row {
			into[i] = &row[i]
		}
		r.ok(found.Scan(into...))
		if now.cells = append(now.cells, row); len(now.cells) == 500 {
			pieces = append(pieces, now)
			now.cells = nil
		}
		*last = row[at].(int64)
	}
	r.ok(found.Err())
	if len(now.cells) > 0 {
		pieces = append(pieces, now)
	}
	return pieces
}

// upsert is the head and tail of the statement that writes rows; a key that is there already takes what is new.
func (p rows) upsert(values string) string {
	var set []string
	for _, c := range p.columns {
		if c != "id" && !slices.Contains(strings.Split(p.key, ", "), c) {
			set = append(set, c+" = excluded."+c)
		}
	}
	return "insert into " + p.table + " (" + strings.Join(p.columns, ", ") + ") " + values +
		" on conflict (" + p.key + ") do update set " + strings.Join(set, ", ")
}

// rowByRow is what is fastest in SQLite: one prepared statement.
func rowByRow(tx *sql.Tx, p rows) error {
	places := "values ("
	for i := range p.columns {
		if i > 0 {
			places += ", "
		}
		places += "?"
	}
	st, err := tx.Prepare(p.upsert(places + ")"))
	if err != nil {
		return err
	}
	defer st.Close()
	for _, row := range p.cells {
		if _, err := st.Exec(row...); err != nil {
			return err
		}
	}
	return nil
}

// columnByColumn is what is fastest in PostgreSQL: one statement over arrays.
func columnByColumn(tx *sql.Tx, p rows) error {
	places, args := "overriding system value select * from unnest(", make([]any, len(p.columns))
	for i, t := range p.types {
		if i > 0 {
			places += ", "
		}
		places += fmt.Sprintf("$%d::%s[]", i+1, t)
		switch t {
		case "INT8":
			args[i] = column[int64](p.cells, i)
		case "INT4":
			args[i] = column[int64](p.cells, i)
		case "BOOL":
			args[i] = column[bool](p.cells, i)
		case "TEXT":
			args[i] = column[string](p.cells, i)
		case "BYTEA":
			args[i] = column[[]byte](p.cells, i)
		case "UUID":
			list := make([][16]byte, len(p.cells))
			for k, text := range column[string](p.cells, i) {
				if _, err := hex.Decode(list[k][:], []byte(strings.ReplaceAll(text, "-", ""))); err != nil {
					return err
				}
			}
			args[i] = list
		default:
			return fmt.Errorf("column %s is a %s", p.columns[i], t)
		}
	}
	_, err := tx.Exec(p.upsert(places+")"), args...)
	return err
}

func column[T any](cells [][]any, i int) []T {
	list := make([]T, len(cells))
	for k, row := range cells {
		if row[i] != nil {
			list[k] = row[i].(T)
		}
	}
	return list
}
