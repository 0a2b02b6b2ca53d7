package main

import (
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/model"
)

// assetArg names an asset.
type assetArg struct {
	Name string `arg:"" help:"Guid, qualified name, or a name that only one asset has."`
}

// below is the address of a list of an asset.
func (c assetArg) below(a *app, list string) (string, error) {
	account, err := a.client()
	if err != nil {
		return "", err
	}
	guid, err := a.find(account, c.Name)
	return "/manage/v1/assets/" + esc(guid) + "/" + list, err
}

type assetChildrenCmd struct{ assetArg }

// Run lists what the asset holds.
func (c assetChildrenCmd) Run(a *app) error {
	path, err := c.below(a, "children")
	if err != nil {
		return err
	}
	return a.listing(path, []string{"NAME", "TYPE", "COLUMNS", "COMMENT", "QUALIFIED NAME"}, func(o object) []string {
		return []string{o.text("name"), o.text("type"), o.text("columns"), o.text("comment"), o.text("qualifiedName")}
	})
}

type assetHistoryCmd struct{ assetArg }

// Run lists what was done to the asset, newest first.
func (c assetHistoryCmd) Run(a *app) error {
	path, err := c.below(a, "history")
	if err != nil {
		return err
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	list, err := a.items(account, path)
	if err != nil {
		return err
	}
	return a.write(list, func() error {
		ids := []string{}
		for _, o := range list {
			ids = append(ids, o.text("actor"))
			for _, d := range objectsOf(o.at("differences")) {
				for _, c := range append(objectsOf(d["old"]), objectsOf(d["new"])...) {
					ids = append(ids, c.text("id"))
				}
			}
		}
		names, err := a.namesOf(account, ids)
		if err != nil {
			return err
		}
		rows := make([][]string, len(list))
		for i, o := range list {
			said := []string{}
			for _, d := range objectsOf(o.at("differences")) {
				said = append(said, differenceOf(object{"what": d["what"], "name": d["name"], "old": people(d, "old", names), "new": people(d, "new", names)}))
			}
			rows[i] = []string{o.text("at"), o.text("verb"), names(o.text("actor")), strings.Join(said, "; ")}
		}
		return a.table([]string{"AT", "WHAT", "BY", "DIFFERENCES"}, rows)
	})
}

// people is what stands on one side of a difference: of owners and experts, who are kept by their ids, the names.
func people(d object, side string, names func(string) string) any {
	if what := d.text("what"); what != "owners" && what != "experts" {
		return d[side]
	}
	out := []any{}
	for _, c := range objectsOf(d[side]) {
		out = append(out, names(c.text("id")))
	}
	return out
}

// What a table of many assets says of one: the first differences, each value as far as it is told from another.
const (
	differencesSaid = 4
	valueSaid       = 60 // characters
)

// differences are the first ones of a change, and how many more there are.
func differences(v any) string {
	list := objectsOf(v)
	said := []string{}
	for _, d := range list[:min(differencesSaid, len(list))] {
		short := object{"what": d["what"], "name": d["name"], "old": cut(d.text("old"), valueSaid), "new": cut(d.text("new"), valueSaid)}
		said = append(said, differenceOf(short))
	}
	if more := len(list) - len(said); more > 0 {
		said = append(said, fmt.Sprintf("and %d more (purlieu asset history)", more))
	}
	return strings.Join(said, "; ")
}

// differenceOf says what differed: "comment: old → new".
func differenceOf(d object) string {
	what := strings.TrimSpace(d.text("what") + " " + d.text("name"))
	before, after := d.text("old"), d.text("new")
	switch {
	case before == "" && after == "":
		return what
	case before == "":
		return what + ": " + model.CleanText(after)
	}
	return what + ": " + model.CleanText(before) + " → " + model.CleanText(after)
}

type assetMeasuresCmd struct{ assetArg }

// Run lists the measures of each day, newest first.
func (c assetMeasuresCmd) Run(a *app) error {
	path, err := c.below(a, "measures")
	if err != nil {
		return err
	}
	return a.listing(path, []string{"DAY", "MEASURES"}, func(o object) []string {
		values, _ := o.at("measures").(map[string]any)
		said := []string{}
		for _, name := range sorted(values) {
			said = append(said, name+" "+measure(name, text(values[name])))
		}
		return []string{o.text("day"), strings.Join(said, ", ")}
	})
}
