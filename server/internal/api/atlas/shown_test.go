package atlas

import (
	"fmt"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

// BenchmarkEntity answers a table with 5,000 columns beside it, as the portal asks for it.
func BenchmarkEntity(b *testing.B) {
	v := datamap.View{Column: -1, GUID: model.GUID(7, 0), Row: store.Entity{ID: 7, Type: "sheet", QualifiedName: "files://srv/wide.csv", Name: "wide.csv"}}
	for i := range uint32(5000) {
		v.Asset.Columns = append(v.Asset.Columns, model.Column{Number: i + 1, Ordinal: int(i) + 1, Name: fmt.Sprintf("column_%d", i), Type: "text"})
	}
	t := types{"sheet": typed{def: model.TypeDef{Name: "sheet", Column: "sheet_column"}}}
	for b.Loop() {
		referred := map[string]any{}
		t.addColumns(referred, v)
		w := httptest.NewRecorder()
		api.Answer(w, 200, map[string]any{"entity": t.entity(v), "referredEntities": referred})
		n, _ := io.Copy(io.Discard, w.Body)
		b.SetBytes(n)
	}
}
