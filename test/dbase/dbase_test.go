//go:build linux

package dbase_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/dbase"
	"github.com/purlieu/purlieu/wire"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plant fills a folder. Canaries stand where values stand.
func plant(t testing.TB, dir string) {
	t.Helper()
	for name, table := range map[string]dbase.Table{
		"ORDERS.DBF":   {Fields: []dbase.Field{{"ID", 'N', 8, 0}, {"CUSTOMER", 'C', 20, 0}, {"TOTAL", 'N', 10, 2}}, Rows: [][]string{{"1", "canary", "12.50"}, {"2", "canary", "7"}}},
		"people.dbf":   {Fields: []dbase.Field{{"NAME", 'C', 44, 1}, {"BORN", 'D', 8, 0}, {"MEMBER", 'L', 1, 0}}, Rows: [][]string{{"canary", "19700101", "T"}}},
		"empty.dbf":    {Fields: []dbase.Field{{"X", 'C', 1, 0}}},
		"a b?c%.dbf":   {Fields: []dbase.Field{{"NOTE", 'M', 10, 0}}, Rows: [][]string{{"1"}}},
		"archive2.dbf": {Fields: []dbase.Field{{"ID", 'N', 8, 0}}, Rows: [][]string{{"3"}}},
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), table.Bytes(), 0o644))
	}
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("canary"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "broken.dbf"), []byte("\x03canary"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "folder.dbf"), 0o755))
}

func world(dir string) *connectortest.Env {
	return &connectortest.Env{Kind: dbase.New().Describe(), Settings: model.Settings{"folder": dir}}
}

func TestDescription(t *testing.T) { connectortest.Describe(t, dbase.New(), ".") }

func TestSuite(t *testing.T) {
	dir, poor := folderOf(t), folderOf(t)
	plant(t, dir)
	plant(t, poor)
	connectortest.Run(t, connectortest.Suite{
		Connector: dbase.New(), Env: world(dir), Wrong: world(filepath.Join(dir, "nothing")),
		Scope: model.Scope{Include: []string{"a*"}}, Inside: "a b%3Fc%25.dbf", Outside: "people.dbf",
		Poor: world(poor),
		Drop: func(t *testing.T) string {
			must(t, os.Remove(filepath.Join(poor, "people.dbf")))
			return "people.dbf"
		},
		Revoke: func(t *testing.T) { shut(t, filepath.Join(poor, "ORDERS.DBF")) },
	})
}

func TestWhatTheHeadersSayIsReadAndNoValueLeaves(t *testing.T) {
	dir := t.TempDir()
	plant(t, dir)
	h, err := connectortest.Read(t.Context(), dbase.New(), world(dir))
	must(t, err)
	orders := h.Named("ORDERS.DBF")
	if orders == nil || len(orders.Columns) != 3 || orders.Columns[2].Type != "N(10,2)" || !slices.Contains(orders.Measures, model.Measure{Name: "rows", Value: 2}) {
		t.Errorf("%+v", orders)
	}
	if people := h.Named("people.dbf"); people == nil || people.Columns[0].Type != "C(300)" {
		t.Errorf("%+v", people)
	}
	if len(h.Gaps) != 1 || h.Gaps[0].Path != "broken.dbf" || h.Gaps[0].Code != "NotATable" || h.Named("broken.dbf") == nil || h.Named("folder.dbf") != nil {
		t.Errorf("%+v", h.Gaps)
	}
	left, err := wire.Encode([]any{h.Assets, h.Gaps, h.Lists})
	if err != nil || bytes.Contains(left, []byte("canary")) {
		t.Errorf("a value leaves, %v", err)
	}
	less, err := connectortest.Read(t.Context(), dbase.New(), world(dir).With("hideEmpty", "true"))
	if err != nil || less.Named("empty.dbf") != nil || len(less.Assets) != len(h.Assets)-1 {
		t.Errorf("%d assets of %d, %v", len(less.Assets), len(h.Assets), err)
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(dbase.Table{Fields: []dbase.Field{{"ID", 'N', 8, 0}, {"NAME", 'C', 20, 0}}, Rows: [][]string{{"1", "x"}}}.Bytes())
	f.Add(binary.LittleEndian.AppendUint32([]byte{3, 1, 1, 1}, 9))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := dbase.New().Describe()
		columns, err := dbase.Columns(bytes.NewReader(data))
		if err != nil {
			return
		}
		a := &model.Asset{Type: "dbase_table", Path: "x", Name: "x", Facets: model.FacetExistence | model.FacetStructure, Columns: columns}
		for _, wrong := range connectortest.Check(&kind, a) {
			t.Error(wrong)
		}
	})
}
