package main

import (
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
	return a.listing(path, []string{"AT", "WHAT", "BY", "DIFFERENCES"}, func(o object) []string {
		list, _ := o.at("differences").([]any)
		said := []string{}
		for _, v := range list {
			m, _ := v.(map[string]any)
			said = append(said, differenceOf(m))
		}
		return []string{o.text("at"), o.text("verb"), o.text("actor"), strings.Join(said, "; ")}
	})
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
