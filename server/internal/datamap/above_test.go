package datamap

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

func TestWhatAnAssetStandsInIsRead(t *testing.T) {
	r := newRoom(t)
	r.kind.Types = append(r.kind.Types, model.TypeDef{Name: "folder", Parent: "folder"}, model.TypeDef{Name: "file", Parent: "folder"})
	r.lay(1,
		model.Asset{Type: "schema", Path: "sales", Name: "sales"}, table("sales/orders", "id"), table("stray/orders"), from(table("sales/view"), "sales/orders"),
		model.Asset{Type: "folder", Name: "root"}, model.Asset{Type: "folder", Path: "a", Name: "a"}, model.Asset{Type: "folder", Path: "a/b/c", Name: "c"},
		model.Asset{Type: "file", Path: "a/b/c/d%2F", Name: "d/"},
	)
	named := func(typeName, path string) string {
		t.Helper()
		v, err := r.ByName(t.Context(), typeName, authority+"/"+path)
		r.ok(err)
		return v.GUID
	}
	orders, err := r.ByName(t.Context(), "table", authority+"/sales/orders")
	r.ok(err)
	root, err := r.ByName(t.Context(), "folder", authority)
	r.ok(err)
	for _, c := range []struct{ what, guid, want string }{
		{"a table", orders.GUID, "schema sales"},
		{"a column", orders.ColumnGUID(1), "schema sales, table sales/orders"},
		{"one whose schema is not there", named("table", "stray/orders"), ""},
		{"what has nothing above it", named("schema", "sales"), ""},
		{"the root", root.GUID, ""},
		{"a process", named("flow", "sales/view/"+processName), "schema sales, table sales/view"},
		{"a file, of whose folders one is not there", named("file", "a/b/c/d%2F"), "folder , folder a, folder a/b/c"},
	} {
		views, err := r.Above(t.Context(), c.guid, func(typeName string) string {
			if def := r.kind.TypeNamed(typeName); def != nil {
				return def.Parent
			}
			return ""
		})
		r.ok(err)
		var got []string
		for _, v := range views {
			got = append(got, v.Row.Type+" "+v.Asset.Path)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %v, want %s", c.what, got, c.want)
		}
	}
	if _, err := r.Above(t.Context(), model.GUID(99, 0), func(string) string { return "" }); err == nil {
		t.Error("nothing stands somewhere")
	}
}
