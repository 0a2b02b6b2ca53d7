package model

import "testing"

func TestNearIsWhatSomebodyMayHaveMeant(t *testing.T) {
	names := []string{"AzurePostgreSql", "FileSystem", "PostgreSql", "shop"}
	for written, want := range map[string]string{
		"Postgres": "PostgreSql", "postgresql": "PostgreSql", "Postgre": "PostgreSql", "PostgerSql": "PostgreSql", "shp": "shop",
		"shop-2": "shop", "shpo": "shop", "hsop": "shop", "pohs": "", "FileSytem": "FileSystem", "Oracle": "", "": "", "x": "", "payroll": "",
	} {
		if got := Near(written, names); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
	if got := Near("shop", nil); got != "" {
		t.Errorf("%q", got)
	}
}
