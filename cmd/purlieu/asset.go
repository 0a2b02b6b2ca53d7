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
	written
	Depth int `default:"3" help:"How many steps of lineage to show, up and down; at most 20."`
}

// Help shows examples.
func (assetShowCmd) Help() string {
	return `What people wrote stands beside what scans saw. Long texts of columns are cut; --column shows one of them whole.

Examples:
  purlieu asset show postgresql://db.example.com/shop/public/orders
  purlieu asset show orders --depth 5
  purlieu asset show orders --column customer_id`
}

// Run shows the asset, or a column of it.
func (c assetShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	if c.Column != "" {
		column, err := c.entity(a, account)
		if err != nil {
			return err
		}
		return a.write(object{"column": column}, func() error { return a.columnSheet(account, column) })
	}
	guid, err := a.find(account, c.Name)
	if err != nil {
		return err
	}
	var asset, lineage, origin object
	if err := account.Get(a.ctx, "/datamap/api/atlas/v2/entity/guid/"+esc(guid), &asset); err != nil {
		return err
	}
	if err := account.Get(a.ctx, fmt.Sprintf("/datamap/api/atlas/v2/lineage/%s?direction=BOTH&depth=%d", esc(guid), c.Depth), &lineage); err != nil {
		return err
	}
	if err := account.Get(a.ctx, "/manage/v1/assets/"+esc(guid)+"/origin", &origin); err != nil {
		return err
	}
	return a.write(object{"asset": asset, "lineage": lineage, "origin": origin}, func() error { return a.assetSheet(account, asset, lineage, origin) })
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

func (a *app) keys(e object) error {
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
