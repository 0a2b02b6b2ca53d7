package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"gopkg.in/yaml.v3"
)

// object is a JSON object of the account.
type object map[string]any

// at walks to a value; nil when there is none.
func (o object) at(path ...string) any {
	var v any = map[string]any(o)
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// objectsOf are the objects of a list; none of what is no list.
func objectsOf(v any) []object {
	list, _ := v.([]any)
	out := make([]object, 0, len(list))
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// text is the value at a path as a table shows it.
func (o object) text(path ...string) string { return text(o.at(path...)) }

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = text(p)
		}
		return strings.Join(parts, ", ")
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(b)
	}
}

// moment is a time in milliseconds since 1970 as a table shows it.
func moment(v any) string {
	n, _ := v.(json.Number)
	ms, err := n.Int64()
	if err != nil || ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}

// unsafeRune reports whether a terminal might act on a character instead of showing it: controls, and marks that turn
// the direction of text. What sources say is never trusted.
func unsafeRune(r rune) bool {
	return r < 0x20 || (r >= 0x7f && r <= 0x9f) || r == 0x200e || r == 0x200f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) || r == 0xfeff
}

// clean escapes them.
func clean(s string) string {
	if !strings.ContainsFunc(s, unsafeRune) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !unsafeRune(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// cut is a text of at most so many characters: of a longer one the beginning.
func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return strings.TrimRight(string(runes[:most-1]), " ") + "…"
	}
	return s
}

// table writes rows under a head, in columns. Every row has all its cells: a short one would end the columns beside it.
func (a *app) table(head []string, rows [][]string) error {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 2, 8, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, max(len(head), len(row)))
		for i, c := range row {
			cells[i] = clean(c)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for line := range strings.Lines(out.String()) {
		if _, err := fmt.Fprintln(a.out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// sortRows sorts rows by their cells.
func sortRows(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int { return slices.Compare(a, b) })
}

// write shows a value as asked for; as a table it calls table.
func (a *app) write(v any, table func() error) error {
	switch a.format {
	case "json":
		return a.json(v)
	case "yaml":
		return a.yaml(v)
	}
	return table()
}

// many is a number of things, each called so.
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (a *app) json(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	var out strings.Builder
	for _, r := range b.String() {
		if r != '\n' && unsafeRune(r) { // inside a text: JSON's own escape keeps it the same value
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	_, err := a.out.Write([]byte(out.String()))
	return err
}

func (a *app) yaml(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var plain any // without our types; JSON is YAML, so numbers keep their form
	if err := yaml.Unmarshal(b, &plain); err != nil {
		return err
	}
	out, err := yaml.Marshal(plain)
	if err != nil {
		return err
	}
	_, err = a.out.Write(out)
	return err
}

// say writes a line for people; scripts that read json or yaml get none.
func (a *app) say(format string, args ...any) {
	if a.format == "table" {
		fmt.Fprintln(a.out, clean(fmt.Sprintf(format, args...)))
	}
}
