package all

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/classify"
)

var update = flag.Bool("update", false, "write docs/classifications.md instead of comparing")

func TestIdentifiersAreUniqueAndFormsLawful(t *testing.T) {
	if _, err := classify.New(All()); err != nil {
		t.Error(err)
	}
}

func TestTheDocsPageIsFresh(t *testing.T) {
	const page = "../../docs/classifications.md"
	got := []byte(classify.Page(All()))
	if *update {
		if err := os.WriteFile(page, got, 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(page); err != nil || !bytes.Equal(got, want) {
		t.Errorf("docs/classifications.md is stale: go test ./classify/all -update (%v)", err)
	}
}

// TestPublishedNamesAreSpelledAsPublished reads the list of published classifications, where it is.
func TestPublishedNamesAreSpelledAsPublished(t *testing.T) {
	dir := os.Getenv("PURLIEU_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "specs", "classifications.tsv")) //nolint:gosec // test data
	if err != nil {
		t.Skipf("skipped: the list of published classifications is not there: %v", err)
	}
	var published []string
	for line := range strings.Lines(string(raw)) {
		if fields := strings.Split(line, "\t"); len(fields) > 2 {
			published = append(published, fields[1])
		}
	}
	for _, r := range All() {
		if strings.HasPrefix(r.Class, "MICROSOFT.") && !slices.Contains(published, r.Class) {
			t.Errorf("%s: %s is not published", r.ID, r.Class)
		}
	}
}

func TestARuleTellsAValueFromAName(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"ann@example.com", "4111 1111 1111 1111", "DE89370400440532013000", "10.1.2.3", "https://example.com/a", "536-22-4801", "00:1b:44:11:3a:b7", "123e4567-e89b-12d3-a456-426614174000"} {
		if !e.Tells(value) {
			t.Errorf("%q is taken for a name", value)
		}
	}
	for _, name := range []string{"", "id", "customer", "customer_id", "e-mail", "E-Mail Address", "ip", "created_at", "url", "column1", "Größe", "2024", "q1", "lines[].sku", "phone"} {
		if e.Tells(name) {
			t.Errorf("%q is taken for a value", name)
		}
	}
}
