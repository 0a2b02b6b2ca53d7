package datamap

import (
	"context"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Above gives what an entity stands in, the outermost first; of a column, its table is the last. What is not in the map is
// left out. parentOf is the type of what stands one name above a type, "" for none.
func (s *Service) Above(ctx context.Context, guid string, parentOf func(typeName string) string) (views []View, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		views = nil
		v, err := rowByGUID(ctx, tx, guid)
		if err != nil {
			return err
		}
		var near []View // the innermost first
		if v.Column >= 0 {
			v.Column = -1
			near = append(near, v)
		}
		if v.Row.Scanned == nil { // a process has no path of its own: what it belongs to has
			rows, err := tx.Map().ByHash(ctx, []model.Hash{v.Row.Parent})
			if err != nil {
				return err
			}
			row, ok := rows[v.Row.Parent]
			if !ok || row.Scanned == nil {
				return nil
			}
			if v, err = view(row); err != nil {
				return err
			}
			near = append(near, v)
		}
		hashes := hashesAbove(v, parentOf)
		rows, err := tx.Map().ByHash(ctx, hashes)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			row, ok := rows[h]
			if !ok {
				continue
			}
			v, err := view(row)
			if err != nil {
				return err
			}
			near = append(near, v)
		}
		for i := range near {
			views = append(views, near[len(near)-1-i])
		}
		return nil
	})
	return views, err
}

// hashesAbove are those of all that a scanned entity stands in, the innermost first: what its name and the types say.
func hashesAbove(v View, parentOf func(typeName string) string) (out []model.Hash) {
	authority := strings.TrimSuffix(v.Row.QualifiedName, "/"+v.Asset.Path)
	path, typeName := v.Asset.Path, v.Row.Type
	for {
		above, ok := model.ParentPath(path)
		if typeName = parentOf(typeName); !ok || typeName == "" {
			return out
		}
		path = above
		out = append(out, model.HashOf(typeName, model.QualifiedName(authority, path)))
	}
}
