package atlas

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

// What clients read is null, [] or missing for good: a table, one of its columns with all that a column may have, and one with nothing.
func TestEntitiesAreShownByteForByte(t *testing.T) {
	about, called, at := "what <it> is", "Shown", time.UnixMilli(1750000000123)
	v := datamap.View{
		GUID: model.GUID(7, 0),
		Row:  store.Entity{ID: 7, Type: "t", QualifiedName: "file:///a/b#c", Name: "b", Collection: "root", Version: 9, Created: at, Modified: at, CreatedBy: "x", ModifiedBy: "y"},
		Asset: model.Asset{Comment: "c", Owner: "o", Text: "select 1", Classes: []model.Class{{Name: "A", Evidence: model.Evidence{Rule: "r", Version: 1}}}, Columns: []model.Column{
			{
				Number: 1, Ordinal: 1, Name: "a/b", Type: "text", Default: "1", Identity: "always", Generated: "x", Comment: "cc",
				Classes: []model.Class{{Name: "B"}, {Name: "C", Evidence: model.Evidence{Rule: "q"}}},
			},
			{Number: 2, Ordinal: 2, Name: "plain", NotNull: true},
		}},
		Authored: datamap.Authored{
			Part: datamap.Part{Description: &about, Custom: map[string]string{"k": "v"}},
			Columns: map[uint32]datamap.Part{1: {
				Description: &about, DisplayName: &called, Owners: &[]datamap.Contact{{ID: "i", Info: "f"}}, Labels: []string{"l", "m"},
				Custom: map[string]string{"z": "1", "a": "2"}, Refused: []datamap.Refusal{{Class: "D", Rule: "w"}},
			}},
		},
	}
	all := types{"t": typed{def: model.TypeDef{Name: "t", Column: "t_column"}}}
	kept, err := os.ReadFile("testdata/shown.json")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range strings.SplitAfter(strings.TrimSuffix(string(kept), "\n"), "\n") {
		v.Column = i - 1 // the table itself, then each of its columns asked for alone
		referred, w := map[string]any{}, httptest.NewRecorder()
		all.addColumns(referred, v)
		api.Answer(w, 200, map[string]any{"entity": all.entity(v), "referredEntities": referred})
		if got := w.Body.String(); strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

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
