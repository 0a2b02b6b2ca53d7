package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type assetCmd struct {
	Show     assetShowCmd     `cmd:"" help:"Show an asset, by guid, qualified name or name."`
	Edit     assetEditCmd     `cmd:"" help:"Describe an asset or a column, and say who answers for it and who knows it."`
	Classify assetClassifyCmd `cmd:"" help:"Give an asset or a column classifications, and take them away for good."`
	Delete   assetDeleteCmd   `cmd:"" help:"Take assets out of the map; a scan that still sees them brings them back."`
	Restore  assetRestoreCmd  `cmd:"" help:"Bring back a deleted asset."`
	Children assetChildrenCmd `cmd:"" help:"List what stands one name below an asset."`
	History  assetHistoryCmd  `cmd:"" help:"List what was done to an asset, by whom, and what differed."`
	Measures assetMeasuresCmd `cmd:"" help:"List the measures of an asset, day by day."`
}

type assetShowCmd struct {
	assetArg
	Depth int `default:"3" help:"How many steps of lineage to show, up and down; at most 20."`
}

// Run shows the asset.
func (c assetShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	guid, err := a.find(account, c.Name)
	if err != nil {
		return err
	}
	var asset, lineage object
	if err := account.Get(a.ctx, "/datamap/api/atlas/v2/entity/guid/"+esc(guid), &asset); err != nil {
		return err
	}
	if err := account.Get(a.ctx, fmt.Sprintf("/datamap/api/atlas/v2/lineage/%s?direction=BOTH&depth=%d", esc(guid), c.Depth), &lineage); err != nil {
		return err
	}
	origin, err := a.origin(account, guid)
	if err != nil {
		return err
	}
	return a.write(object{"asset": asset, "lineage": lineage, "origin": origin}, func() error { return a.assetSheet(asset, lineage, origin) })
}

func (a *app) assetSheet(asset, lineage, origin object) error {
	e := object{}
	if m, ok := asset["entity"].(map[string]any); ok {
		e = m
	}
	rows := [][]string{}
	for _, f := range []struct{ title, value string }{
		{"name", e.text("attributes", "name")},
		{"type", e.text("typeName")},
		{"qualified name", e.text("attributes", "qualifiedName")},
		{"guid", e.text("guid")},
		{"status", e.text("status")},
		{"collection", e.text("collectionId")},
		{"owner", e.text("attributes", "owner")},
		{"description", e.text("attributes", "userDescription")},
		{"comment", e.text("attributes", "comment")},
	} {
		if f.value != "" {
			rows = append(rows, []string{f.title, f.value})
		}
	}
	rows = append(rows, originRows(origin)...)
	if m, ok := e.at("customAttributes").(map[string]any); ok {
		for _, name := range sorted(m) {
			rows = append(rows, []string{name, measure(name, text(m[name]))})
		}
	}
	if err := a.table([]string{"FIELD", "VALUE"}, rows); err != nil {
		return err
	}
	for _, part := range []func(object, object) error{a.columns, a.classes, a.keys} {
		if err := part(asset, e); err != nil {
			return err
		}
	}
	return a.lineage(e.text("guid"), lineage)
}

// measure shows a measure's value: the one that is a time, in seconds since 1970, as a time.
func measure(name, value string) string {
	seconds, err := strconv.ParseInt(value, 10, 64)
	if name != "modified" || err != nil {
		return value
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

func sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// columns are shown in the order of the source, which the relationship keeps.
func (a *app) columns(asset, e object) error {
	list, _ := e.at("relationshipAttributes", "columns").([]any)
	if len(list) == 0 {
		return nil
	}
	rows := [][]string{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		c, _ := asset.at("referredEntities", object(m).text("guid")).(map[string]any)
		col := object(c)
		null := "yes"
		if col.text("attributes", "nullable") == "false" {
			null = "no"
		}
		rows = append(rows, []string{col.text("attributes", "name"), col.text("attributes", "type"), null, filledBy(col), col.text("attributes", "comment")})
	}
	a.say("")
	return a.table([]string{"COLUMN", "TYPE", "NULL", "FILLED BY", "COMMENT"}, rows)
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

// classes shows the classifications of the asset and its columns, and why they were given.
func (a *app) classes(asset, e object) error {
	rows := [][]string{}
	add := func(of string, e object) {
		list, _ := e["classifications"].([]any)
		for _, v := range list {
			if c, ok := v.(map[string]any); ok {
				rows = append(rows, []string{object(c).text("typeName"), of, because(c)})
			}
		}
	}
	add("", e)
	list, _ := e.at("relationshipAttributes", "columns").([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		if c, ok := asset.at("referredEntities", object(m).text("guid")).(map[string]any); ok {
			add(object(c).text("attributes", "name"), c)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	a.say("")
	return a.table([]string{"CLASSIFICATION", "COLUMN", "BECAUSE"}, rows)
}

// because is the evidence of a classification in words; one that a person gave has none.
func because(class object) string {
	v, ok := class.at("purlieu", "evidence").(map[string]any)
	if !ok {
		return "given by a person"
	}
	e := object(v)
	why := fmt.Sprintf("%s of %s values match, %s different", e.text("matches"), e.text("tried"), e.text("distinct"))
	if e.text("checked") == "true" {
		checks := e.text("checks")
		if checks == "" {
			checks = "0"
		}
		why += ", " + checks + " with a right checksum"
	}
	if e.text("hint") == "true" {
		why += ", the name speaks for it"
	}
	return why + " (" + e.text("rule") + " " + e.text("version") + ")"
}

func (a *app) keys(_, e object) error {
	rows := [][]string{}
	for _, kind := range []string{"keys", "indexes"} {
		list, _ := e.at("attributes", kind).([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			k := object(m)
			what, to := k.text("kind"), ""
			if kind == "indexes" {
				what = strings.TrimSpace("index " + k.text("method"))
			}
			if ref := k.text("refPath"); ref != "" {
				to = "→ " + ref + " (" + k.text("refColumns") + ")"
			}
			rows = append(rows, []string{k.text("name"), what, k.text("columns"), to})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	a.say("")
	return a.table([]string{"KEY", "KIND", "COLUMNS", ""}, rows)
}

// lineage shows from which assets data flows to which; the processes between them are the account's affair.
func (a *app) lineage(guid string, lineage object) error {
	name := func(id string) string {
		if id == guid {
			return "(this)"
		}
		return lineage.text("guidEntityMap", id, "attributes", "qualifiedName")
	}
	between := func(id string) bool { return strings.HasSuffix(name(id), "/$lineage") }
	list, _ := lineage["relations"].([]any)
	outOf := map[string][]string{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		from := object(m).text("fromEntityId")
		outOf[from] = append(outOf[from], object(m).text("toEntityId"))
	}
	rows := [][]string{}
	for from, ends := range outOf {
		if between(from) {
			continue
		}
		for _, end := range ends {
			to := []string{end}
			if between(end) {
				to = outOf[end]
			}
			for _, id := range to {
				rows = append(rows, []string{name(from), "→", name(id)})
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[2]+"\x00"+a[0], b[2]+"\x00"+b[0]) })
	a.say("")
	if err := a.table([]string{"DATA FLOWS FROM", "", "TO"}, rows); err != nil {
		return err
	}
	if lineage.text("purlieuTruncated") == "true" {
		a.say("There is more lineage than %s steps show: --depth shows more, up to 1,000 assets.", lineage.text("lineageDepth"))
	}
	return nil
}
