package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/pgserver"
)

// What a source calls its tables reaches people and programs as it is: by search, by its guid and by its qualified name.
func TestTablesOfOddNamesAreFoundByEveryWay(t *testing.T) {
	t.Parallel()
	names := []string{
		"a/b", "dot.ted", `quo"ted`, "per%cent", "100%25", "what?", "hash#tag", "two words", "日本語", "plus+and&", "back\\slash", "-dash", "semi;colon",
		"UPPER", "upper", strings.Repeat("ё", 31) + "z", // 63 bytes, the longest
	}
	s := shared(t, "odd", func(server *pgserver.Server) error {
		var sql strings.Builder
		for _, name := range names {
			quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
			fmt.Fprintf(&sql, "create table %s (%s int primary key);\n", quoted, quoted)
		}
		return server.Exec("odd", sql.String())
	})
	a := newAccount(t)
	a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.scanWhole(s)
	for _, name := range names {
		qualified := "postgresql://odd/odd/public/" + model.EscapeName(name)
		var answer struct {
			Entity struct {
				GUID       string
				Attributes struct{ Name, QualifiedName string }
			}
			ReferredEntities map[string]struct {
				TypeName   string
				Attributes struct{ Name, QualifiedName string }
			}
		}
		a.rest("GET", "/datamap/api/atlas/v2/entity/uniqueAttribute/type/postgresql_table?attr:qualifiedName="+url.QueryEscape(qualified), nil, &answer)
		if got := answer.Entity.Attributes; got.Name != name || got.QualifiedName != qualified {
			t.Errorf("%q is called %q, %q", name, got.Name, got.QualifiedName)
		}
		found := false
		for _, c := range answer.ReferredEntities {
			found = found || c.Attributes.Name == name && c.Attributes.QualifiedName == qualified+"#"+model.EscapeName(name)
		}
		if !found {
			t.Errorf("%q has no column of its name: %v", name, answer.ReferredEntities)
		}
		for _, way := range []string{qualified, answer.Entity.GUID} {
			if sheet := a.purlieu("asset", "show", "--", way); !strings.Contains(sheet, name) || !strings.Contains(sheet, qualified) {
				t.Errorf("asset show %s:\n%s", way, sheet)
			}
		}
		if !eventually(time.Minute, func() bool { return strings.Contains(a.purlieu("search", "--limit", "50", "--", name), qualified) }) {
			t.Errorf("search %q does not find it", name)
		}
	}
}
