package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oddFiles puts files with names, and with names in them, that text was not made for into a folder, and gives what the map
// must say of each: its columns by its path.
func oddFiles(t *testing.T, dir string) map[string][]string {
	t.Helper()
	deep := "odd" + strings.Repeat("/"+strings.Repeat("d", 200), 20)
	for name, text := range map[string]string{
		"odd/\xff\xfe.csv": "id,total\n1,2\n", `odd/\xff.csv`: "id,count\n1,2\n", "odd/new\nline.csv": "id,line\n1,2\n",
		"odd/Case.csv": "id,upper\n1,2\n", "odd/case.csv": "id,lower\n1,2\n",
		"odd/keys.json": `{"\u0000":1,"\ud800":2,"\\x00":3}`,
		"odd/wide.csv":  strings.Repeat("w", 4<<10) + ",b\n1,2\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	at, err := os.OpenRoot(dir) // a path of 4 KiB is too long for the system
	if err != nil {
		t.Fatal(err)
	}
	defer at.Close()
	if err := at.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := at.WriteFile(deep+"/x.csv", []byte("id,deep\n1,2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if at, err := os.OpenRoot(dir); err == nil {
			_ = at.RemoveAll("odd")
			_ = at.Close()
		}
	})
	return map[string][]string{
		"odd/%FF%FE.csv": {"id", "total"}, `odd/\xff.csv`: {"id", "count"}, "odd/new%0Aline.csv": {"id", "line"},
		"odd/Case.csv": {"id", "upper"}, "odd/case.csv": {"id", "lower"},
		"odd/keys.json": {`\x00`, "\ufffd", `\\x00`}, "odd/wide.csv": {"column1", "column2"}, deep + "/x.csv": {"id", "deep"},
	}
}

// tells fails where the account says otherwise of a file than it is, or of its columns, in its answers.
func (a *account) tells(source string, files map[string][]string) {
	a.t.Helper()
	names := map[string]string{"odd/%FF%FE.csv": `\xFF\xFE.csv`, `odd/\xff.csv`: `\\xff.csv`, "odd/new%0Aline.csv": "new\nline.csv"}
	for path, want := range files {
		e, referred := a.asset("filesystem_file", "file://shop-"+source+"/"+path)
		var columns []string
		for _, ref := range e.RelationshipAttributes.Columns {
			columns = append(columns, referred[ref.GUID].Attributes.Name)
		}
		name, ok := names[path]
		if !ok {
			name = path[strings.LastIndexByte(path, '/')+1:]
		}
		if e.Attributes.Name != name || !slices.Equal(columns, want) {
			a.t.Errorf("%.80q is named %q and has the columns %q, not %q and %q", path, e.Attributes.Name, columns, name, want)
		}
	}
}
