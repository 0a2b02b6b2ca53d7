package classifytest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/sample"
)

// Expressions are what the built-in rules look for, written as people write it for a search over lines: the floor that
// the engine is measured against.
func Expressions() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, expr := range []string{
		`[A-Za-z0-9.!#$%&'*+/=?^_|~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+`,
		`(?:\+?1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}\b`,
		`\+[1-9](?:[ .()-]?[0-9]){7,14}\b`,
		`\b(?:4[0-9]{3}|5[1-5][0-9]{2}|6011|65[0-9]{2}|35[0-9]{2}|62[0-9]{2})[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}\b|\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\b`,
		`\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`,
		`\b[0-8][0-9]{2}[- ]?[0-9]{2}[- ]?[0-9]{4}\b`,
		`\b(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}\b`,
		`(?:[0-9A-Fa-f]{1,4}:){1,7}(?::[0-9A-Fa-f]{1,4}){1,6}|(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|::(?:[0-9A-Fa-f]{1,4}:?){1,7}`,
		`(?i)\b(?:https?|s?ftp|ftps|wss?)://[^\s/$.?#][^\s]*`,
		`\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b`,
		`\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|\b(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b`,
	} {
		out = append(out, regexp.MustCompile(expr))
	}
	return out
}

// Workload is a table as it is sampled, of the corpora and of what the rules look for, the same text as lines, and how
// many bytes its cells have.
func Workload() (table *sample.Table, lines []string, bytes int) {
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // test data
	n := func(most int) int { return rng.IntN(most) }
	all := corpora()
	for _, c := range []struct {
		name string
		cell func() string
	}{
		{"email", func() string { return fmt.Sprintf("person%d.x%d@mail%d.example.com", n(1e6), n(99), n(50)) }},
		{"phone", func() string { return fmt.Sprintf("(%d) %d-%04d", 212+n(600), 220+n(700), n(1e4)) }},
		{"phone abroad", func() string { return fmt.Sprintf("+44 20 %04d %04d", n(1e4), n(1e4)) }},
		{"card", func() string { return fmt.Sprintf("4%03d %04d %04d %04d", n(1e3), n(1e4), n(1e4), n(1e4)) }},
		{"ssn", func() string { return fmt.Sprintf("%03d-%02d-%04d", 100+n(500), 1+n(98), 1+n(9998)) }},
		{"address", func() string { return fmt.Sprintf("%d.%d.%d.%d", 100+n(100), n(256), n(256), n(256)) }},
		{"v6", func() string { return fmt.Sprintf("2001:db8:%x::%x:%x", n(1<<16), n(1<<16), n(1<<16)) }},
		{"url", func() string { return fmt.Sprintf("https://www%d.example.com/a/%d?q=%d", n(9), n(1e6), n(1e6)) }},
		{"mac", func() string { return fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", n(256), n(256), n(256), n(256)) }},
	} {
		col := corpus{name: c.name}
		for range sample.MaxRows {
			col.cells = append(col.cells, c.cell())
		}
		all = append(all, col)
	}
	table = &sample.Table{}
	rows := make([][]string, sample.MaxRows)
	for _, c := range all {
		column := table.Column(c.name)
		for i, cell := range c.cells[:sample.MaxRows] {
			column.Add(cell)
			rows[i] = append(rows[i], cell)
			bytes += len(cell)
		}
	}
	for _, row := range rows {
		lines = append(lines, strings.Join(row, ","))
	}
	return table, slices.Clip(lines), bytes
}
