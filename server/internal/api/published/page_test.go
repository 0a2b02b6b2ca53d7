package published_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/internal/api/published"
)

var update = flag.Bool("update", false, "write docs/api-coverage.md instead of comparing")

func TestTheCoveragePageIsFresh(t *testing.T) {
	const page = "../../../../docs/api-coverage.md"
	got := coverage()
	if *update {
		if err := os.WriteFile(page, got, 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(page); err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/api-coverage.md is stale: go test ./server/internal/api/published -update (%v)", err)
	}
}

// titles are the areas in the order of the page.
func titles() [][2]string {
	return [][2]string{
		{"scan", "Scanning"},
		{"datamap", "Data map"},
		{"catalog", "Catalog (older clients)"},
		{"account", "Account"},
		{"policy", "Metadata policies"},
		{"devops", "DevOps policies"},
		{"workflow", "Workflow"},
		{"arm", "Resource manager"},
	}
}

func coverage() []byte {
	var b bytes.Buffer
	b.WriteString(`# What is served of the published API

Made by ` + "`go test ./server/internal/api/published -update`" + ` from the list of published operations
([operations.tsv](../server/internal/api/published/operations.tsv)) and the routes of the planes; a test holds it fresh, and
another calls each operation. What is not served answers 501 in the error shape of its plane. Our own plane,
` + "`/manage/v1`" + `, is described whole in [manage.json](../server/internal/api/openapi/manage.json).

| area | version | published | served |
|---|---|---|---|
`)
	for _, area := range titles() {
		for _, version := range versions(area[0]) {
			all, some := 0, 0
			for _, o := range published.Operations() {
				if o.Area == area[0] && o.Version == version {
					all++
					if served(o) {
						some++
					}
				}
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %d |\n", area[1], version, all, some)
		}
	}
	for _, area := range titles() {
		fmt.Fprintf(&b, "\n## %s\n\n| | method | path | operation | versions |\n|---|---|---|---|---|\n", area[1])
		for _, row := range rows(area[0]) {
			b.WriteString(row + "\n")
		}
	}
	return b.Bytes()
}

func versions(area string) (out []string) {
	for _, o := range published.Operations() {
		if o.Area == area && !slices.Contains(out, o.Version) {
			out = append(out, o.Version)
		}
	}
	return out
}

// rows are the operations of an area, one for each method and path, by path.
func rows(area string) (out []string) {
	type entry struct {
		published.Operation
		versions []string
	}
	var list []*entry
	for _, o := range published.Operations() {
		if o.Area != area {
			continue
		}
		i := slices.IndexFunc(list, func(e *entry) bool { return published.Key(e.Method, e.Path) == published.Key(o.Method, o.Path) })
		if i < 0 {
			i, list = len(list), append(list, &entry{Operation: o})
		}
		list[i].Operation = o // of the newest version
		list[i].versions = append(list[i].versions, o.Version)
	}
	slices.SortStableFunc(list, func(a, b *entry) int { return strings.Compare(strings.ToLower(a.Path), strings.ToLower(b.Path)) })
	for _, e := range list {
		mark := "not yet"
		if served(e.Operation) {
			mark = "**yes**"
		}
		out = append(out, fmt.Sprintf("| %s | %s | `%s` | %s | %s |", mark, e.Method, e.Path, e.Name, strings.Join(e.versions, ", ")))
	}
	return out
}
