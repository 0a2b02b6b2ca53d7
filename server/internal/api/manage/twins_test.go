package manage_test

import (
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
)

func TestTwinsOfASourceAreToldToWhoMaySeeThem(t *testing.T) {
	h := build(t)
	kind := shops()
	kind.Version, kind.Dials = 2, []model.Template{"{host}:80"}
	must(t, h.scans.PutKinds(t.Context(), []model.Kind{kind}))
	for _, name := range []string{"sales", "payroll"} {
		_, err := h.access.PutCollection(t.Context(), access.Collection{Name: name, Parent: "root"})
		must(t, err)
		_, _, err = h.scans.PutSource(t.Context(), model.Source{
			Name: "shop-" + name, Kind: "Shop", Collection: name, Settings: model.Settings{"host": "10.0.0.1", "purlieuAuthority": name},
		})
		must(t, err)
	}
	seller := h.holder("seller", "sales", access.DataReader, access.DataSourceAdministrator)
	for _, c := range []struct {
		who, source string
		status      int
		twins       string
	}{
		{h.admin, "shop-sales", 200, "[shop-payroll by address]"},
		{seller, "shop-sales", 200, "[]"},
		{seller, "shop-payroll", 404, "[]"},
		{h.admin, "shop-none", 404, "[]"},
		{"", "shop-sales", 401, "[]"},
	} {
		status, body := h.call("GET", "/manage/v1/datasources/"+c.source+"/twins", c.who, "")
		got := []string{}
		for _, v := range values(body) {
			m := v.(map[string]any)
			got = append(got, fmt.Sprintf("%s by %s", m["source"], m["by"]))
			if m["text"] == "" || m["remedy"] == "" {
				t.Errorf("%v says nothing", m)
			}
		}
		if status != c.status || fmt.Sprint(got) != c.twins {
			t.Errorf("twins of %s: %d %v, want %d %s", c.source, status, got, c.status, c.twins)
		}
	}
}
