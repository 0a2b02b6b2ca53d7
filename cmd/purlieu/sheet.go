package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
)

// How many characters of a text a table shows, which has others beside it.
const (
	wideType = 40 // and where a column's value comes from
	wideText = 80
	wideLine = 200 // of one that stands behind its title alone
)

// assetSheet shows all that the map says of an asset.
func (a *app) assetSheet(account *client.Client, asset, lineage, origin object) error {
	e, _ := asset["entity"].(map[string]any)
	columns := columnsOf(asset, e)
	names, err := a.namesOf(account, whoIn(append(columns, e)))
	if err != nil {
		return err
	}
	rows := [][]string{
		{"name", object(e).text("attributes", "name")},
		{"type", object(e).text("typeName")},
		{"qualified name", object(e).text("attributes", "qualifiedName")},
		{"guid", object(e).text("guid")},
		{"status", object(e).text("status")},
		{"collection", object(e).text("collectionId")},
	}
	rows = append(rows, authored(e, names)...)
	rows = append(rows, originRows(origin)...)
	rows = append(rows,
		[]string{"owner in the source", object(e).text("attributes", "owner")},
		[]string{"changed", momentBy(e, "updateTime", "updatedBy", names)},
		[]string{"created", momentBy(e, "createTime", "createdBy", names)})
	if err := a.fields(e, append(rows, ownAttributes(e)...)); err != nil {
		return err
	}
	for _, part := range []func() error{
		func() error { return a.columns(columns) },
		func() error { return a.onColumns(columns, names) },
		func() error { return a.classes(e, columns) },
		func() error { return a.keys(e) },
		func() error { return a.block("DEFINITION", object(e).text("purlieu", "definition")) },
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return a.lineage(object(e).text("guid"), lineage)
}

// columnSheet shows a column whole.
func (a *app) columnSheet(account *client.Client, c object) error {
	names, err := a.namesOf(account, whoIn([]object{c}))
	if err != nil {
		return err
	}
	rows := [][]string{
		{"name", c.text("attributes", "name")},
		{"type", c.text("attributes", "type")},
		{"null", nullable(c)},
		{"filled by", filledBy(c)},
		{"qualified name", c.text("attributes", "qualifiedName")},
		{"guid", c.text("guid")},
	}
	if err := a.fields(c, append(rows, authored(c, names)...)); err != nil {
		return err
	}
	return a.classes(c, nil)
}

// fields are a table of those that have a value, with people's own attributes and the newest measures, and the texts that are long
// below it.
func (a *app) fields(e object, rows [][]string) error {
	if m, ok := e.at("customAttributes").(map[string]any); ok {
		for _, name := range sorted(m) {
			rows = append(rows, []string{name, measure(name, text(m[name]))})
		}
	}
	shown, long := [][]string{}, [][]string{}
	for _, row := range rows {
		switch {
		case row[1] == "":
		case strings.Contains(row[1], "\n") || len([]rune(row[1])) > wideLine:
			long = append(long, row)
		default:
			shown = append(shown, row)
		}
	}
	if err := a.table([]string{"FIELD", "VALUE"}, shown); err != nil {
		return err
	}
	for _, row := range long {
		if err := a.block(strings.ToUpper(row[0]), row[1]); err != nil {
			return err
		}
	}
	return nil
}

// block shows a text of several lines below its title; none of an empty one.
func (a *app) block(title, body string) error {
	if body == "" {
		return nil
	}
	a.say("")
	a.say("%s", title)
	for line := range strings.Lines(body) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ")
		if _, err := fmt.Fprintln(a.out, strings.TrimRight("  "+clean(line), " ")); err != nil {
			return err
		}
	}
	return nil
}

// authored is what people wrote over an asset or a column, and the source's text that it stands before.
func authored(e object, names func(string) string) [][]string {
	return [][]string{
		{"description", e.text("attributes", "userDescription")},
		{"source says", e.text("attributes", "comment")},
		{"owners", contactsOf(e, "Owner", names)},
		{"experts", contactsOf(e, "Expert", names)},
		{"labels", e.text("labels")},
	}
}

func contactsOf(e object, role string, names func(string) string) string {
	out := []string{}
	for _, c := range objectsOf(e.at("contacts", role)) {
		out = append(out, names(c.text("id")))
	}
	return strings.Join(out, ", ")
}

// whoIn are the ids of all that entities name, and of who changed them.
func whoIn(list []object) (ids []string) {
	for _, e := range list {
		for _, role := range []string{"Owner", "Expert"} {
			for _, c := range objectsOf(e.at("contacts", role)) {
				ids = append(ids, c.text("id"))
			}
		}
		ids = append(ids, e.text("updatedBy"), e.text("createdBy"))
	}
	return ids
}

// momentBy says when something was done and by whom.
func momentBy(e object, at, by string, names func(string) string) string {
	when, who := moment(e.at(at)), names(e.text(by))
	if when == "" || who == "" {
		return when
	}
	return when + " by " + who
}

// ownAttributes are those that a type has for itself.
func ownAttributes(e object) (rows [][]string) {
	m, _ := e.at("attributes").(map[string]any)
	for _, name := range sorted(m) {
		switch name {
		case "qualifiedName", "name", "owner", "comment", "description", "userDescription", "keys", "indexes", "inputs", "outputs":
			continue // stand elsewhere
		}
		rows = append(rows, []string{name, text(m[name])})
	}
	return rows
}

// columnsOf are the columns of an asset in the order of the source, which the relationship keeps.
func columnsOf(asset, e object) (columns []object) {
	for _, ref := range objectsOf(e.at("relationshipAttributes", "columns")) {
		if c, ok := asset.at("referredEntities", ref.text("guid")).(map[string]any); ok {
			columns = append(columns, c)
		}
	}
	return columns
}

func nullable(c object) string {
	if c.text("attributes", "nullable") == "false" {
		return "no"
	}
	return "yes"
}

// columns shows what each is; what people wrote of one stands before what the source says.
func (a *app) columns(list []object) error {
	if len(list) == 0 {
		return nil
	}
	less := false
	short := func(s string, most int) string {
		if strings.Contains(s, "\n") {
			s = strings.Join(strings.Fields(s), " ")
			less = true
		}
		less = less || len([]rune(s)) > most
		return cut(s, most)
	}
	rows := [][]string{}
	for _, c := range list {
		said := cmp.Or(c.text("attributes", "userDescription"), c.text("attributes", "comment"))
		rows = append(rows, []string{c.text("attributes", "name"), short(c.text("attributes", "type"), wideType), nullable(c), short(filledBy(c), wideType), short(said, wideText)})
	}
	a.say("")
	if err := a.table([]string{"COLUMN", "TYPE", "NULL", "FILLED BY", "DESCRIPTION"}, rows); err != nil {
		return err
	}
	if less {
		a.say("Some of it is cut. See a column whole: purlieu asset show NAME --column COLUMN")
	}
	return nil
}

// filledBy says where a column's value comes from when nobody gives one.
func filledBy(col object) string {
	if identity := col.text("attributes", "identity"); identity != "" {
		return "identity, " + identity
	}
	if generated := col.text("attributes", "generated"); generated != "" {
		return "= " + generated
	}
	return col.text("attributes", "default")
}

// onColumns shows whom people named for columns, and their labels.
func (a *app) onColumns(list []object, names func(string) string) error {
	rows := [][]string{}
	for _, c := range list {
		row := []string{contactsOf(c, "Owner", names), contactsOf(c, "Expert", names), c.text("labels")}
		if strings.Join(row, "") != "" {
			rows = append(rows, append([]string{c.text("attributes", "name")}, row...))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	a.say("")
	return a.table([]string{"COLUMN", "OWNERS", "EXPERTS", "LABELS"}, rows)
}

// classes shows the classifications of an entity and its columns, and why each was given, or taken away.
func (a *app) classes(e object, columns []object) error {
	rows := [][]string{}
	add := func(of string, e object) {
		for _, c := range objectsOf(e["classifications"]) {
			rows = append(rows, []string{c.text("typeName"), of, because(c)})
		}
		for _, r := range objectsOf(e.at("purlieu", "refused")) {
			rows = append(rows, []string{r.text("typeName"), of, "taken away by a person: the rule " + r.text("rule") + " does not give it here again"})
		}
	}
	add("", e)
	for _, c := range columns {
		add(c.text("attributes", "name"), c)
	}
	if len(rows) == 0 {
		return nil
	}
	a.say("")
	return a.table([]string{"CLASSIFICATION", "COLUMN", "BECAUSE"}, rows)
}
