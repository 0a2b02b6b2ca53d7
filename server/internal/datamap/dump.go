package datamap

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// line is one entity of a dump: what it is, never in which order or as which row it came.
type line struct {
	Type, QualifiedName, Name, Source, Collection string
	Deleted                                       bool `json:",omitempty"`
	Asset                                         model.Asset
	Authored                                      json.RawMessage `json:",omitempty"`
	Measures                                      []model.Measure `json:",omitempty"`
	In, Out                                       []string        `json:",omitempty"`
}

// Dump writes every entity as a line of JSON, sorted by qualified name and type, without row numbers, versions and
// times: two maps are the same when their dumps are.
func Dump(ctx context.Context, st store.Store, w io.Writer) error {
	var lines []string
	err := st.View(ctx, func(tx store.Tx) error {
		lines = nil
		const page = 500
		for after, afterID := int64(0), int64(0); ; {
			rows, err := tx.Map().ChangedAfter(ctx, after, afterID, page)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, row := range rows {
				l, err := dumpOne(ctx, tx, row)
				if err != nil {
					return err
				}
				lines = append(lines, l)
				after, afterID = row.Version, row.ID
			}
		}
	})
	if err != nil {
		return fmt.Errorf("dump the map: %w", err)
	}
	slices.Sort(lines)
	_, err = io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

func dumpOne(ctx context.Context, tx store.Tx, row store.Entity) (string, error) {
	v, err := view(row)
	if err != nil {
		return "", err
	}
	v.Asset.Stamp = 0
	l := line{
		Type: row.Type, QualifiedName: row.QualifiedName, Name: row.Name, Source: row.Source, Collection: row.Collection,
		Deleted: row.Deleted, Asset: v.Asset, Authored: row.Authored,
	}
	measures, err := tx.Map().Measures(ctx, row.ID, 1)
	if err != nil {
		return "", err
	}
	if len(measures) > 0 {
		l.Measures = measures[0].Measures
	}
	if row.Scanned == nil {
		edges, err := tx.Map().EdgesOfProcess(ctx, []int64{row.ID})
		if err != nil {
			return "", err
		}
		for _, e := range edges {
			end := e.FarType + " " + e.FarName + " " + string(e.Columns)
			if e.FarID == 0 {
				end += " pending"
			}
			if e.Input {
				l.In = append(l.In, end)
			} else {
				l.Out = append(l.Out, end)
			}
		}
		slices.Sort(l.In)
		slices.Sort(l.Out)
	}
	raw, err := json.Marshal(l)
	return row.QualifiedName + "\t" + string(raw), err
}
