package connectortest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

var update = flag.Bool("update", false, "write golden files instead of comparing")

// Golden compares what leaves with a file, so that a reviewer reads in its difference what the outside world will see.
// Native ids, stamps, sizes and the attributes named volatile, which differ from server to server, stand there as "*" or not
// at all. With -update the file is written.
func Golden(t *testing.T, h *Haul, path string, volatile ...string) {
	t.Helper()
	assets := make([]model.Asset, 0, len(h.Assets))
	for _, a := range h.Assets {
		c := *a
		if c.NativeID != "" {
			c.NativeID = "*"
		}
		c.Measures = slices.DeleteFunc(slices.Clone(c.Measures), func(m model.Measure) bool { return m.Name == "bytes" })
		c.Stamp = min(c.Stamp, 1)
		c.Attrs = slices.Clone(c.Attrs)
		for i, attr := range c.Attrs {
			if slices.Contains(volatile, attr.Name) {
				c.Attrs[i] = model.Attr{Name: attr.Name, Text: "*"}
			}
		}
		assets = append(assets, c)
	}
	slices.SortFunc(assets, func(a, b model.Asset) int { return strings.Compare(a.Path, b.Path) })
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"assets": assets, "gaps": h.Gaps, "listed": h.Lists}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("what leaves is not what %s says; look at the difference after -update. Got:\n%s", path, firstDifference(got.String(), string(want)))
	}
}

// firstDifference shows the first line that differs with the ones around it.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			from := max(0, i-5)
			return "got:\n" + strings.Join(g[from:min(len(g), i+5)], "\n") + "\nwant:\n" + strings.Join(w[min(from, len(w)):min(len(w), i+5)], "\n")
		}
	}
	return "the end is missing"
}
