package sample_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/sample"
)

func TestNothingPrintsAValue(t *testing.T) {
	const canary = "canary-7731"
	var table sample.Table
	column := table.Column("email")
	column.Add(canary)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("sampled", "table", &table, "column", column)
	raw, err := json.Marshal(map[string]any{"table": &table, "column": column})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		log.String(), string(raw), fmt.Sprint(&table, column), fmt.Sprintf("%v %+v %#v %s", &table, column, &table, column),
	} {
		if strings.Contains(text, canary) || !strings.Contains(text, "[sample]") {
			t.Errorf("a value is in %q, or the veil is not", text)
		}
	}
}

func TestASampleKeepsItsBounds(t *testing.T) {
	t.Run("rows", func(t *testing.T) {
		var table sample.Table
		c := table.Column("a")
		for range sample.MaxRows {
			if !c.Add("x") {
				t.Fatal("full too early")
			}
		}
		if c.Add("x") || c.Null() || c.Len() != sample.MaxRows {
			t.Errorf("%d cells", c.Len())
		}
	})
	t.Run("a long cell is cut between characters", func(t *testing.T) {
		var table sample.Table
		c := table.Column("a")
		c.Add(strings.Repeat("é", sample.MaxCell))
		got := slices.Collect(c.All())
		if len(got) != 1 || len(got[0]) > sample.MaxCell || strings.Trim(got[0], "é") != "" || !table.Cut() {
			t.Errorf("%d bytes, cut %v", len(got[0]), table.Cut())
		}
	})
	t.Run("bytes of a table", func(t *testing.T) {
		var table sample.Table
		cell, kept := strings.Repeat("x", sample.MaxCell), 0
		for i := range 10 {
			for c := table.Column(fmt.Sprint(i)); c.Add(cell); {
				kept++
			}
		}
		if kept != sample.MaxBytes/sample.MaxCell || !table.Cut() {
			t.Errorf("%d cells were kept", kept)
		}
	})
	t.Run("columns", func(t *testing.T) {
		var table sample.Table
		for i := range sample.MaxColumns {
			table.Column(fmt.Sprint(i))
		}
		if c := table.Column("one more"); c.Add("x") || len(table.Columns()) != sample.MaxColumns || !table.Cut() {
			t.Error("there is no end of columns")
		}
	})
	t.Run("a cleared table is empty", func(t *testing.T) {
		var table sample.Table
		table.Column("a").Add("x")
		table.Clear()
		if len(table.Columns()) != 0 || table.Named("a") != nil {
			t.Error("it is not")
		}
	})
}
