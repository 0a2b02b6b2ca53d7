package main

type accountCmd struct {
	Show     accountShowCmd     `cmd:"" help:"Show the account: its name, where it is reached, what it keeps how long."`
	Rename   accountRenameCmd   `cmd:"" help:"Give the account another name for people."`
	Overview accountOverviewCmd `cmd:"" help:"Count what is in the map, and list what waits for a person."`
}

type accountShowCmd struct{}

// Run shows the account.
func (accountShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var one, kept object
	if err := account.Get(a.ctx, "/account/", &one); err != nil {
		return err
	}
	if err := account.Get(a.ctx, "/manage/v1/retention", &kept); err != nil {
		return err
	}
	return a.write(object{"account": one, "retention": kept}, func() error {
		rows := [][]string{
			{"name", one.text("properties", "friendlyName")},
			{"id", one.text("id")},
			{"created", one.text("properties", "createdAt")},
			{"public network access", one.text("properties", "publicNetworkAccess")},
		}
		if ends, ok := one.at("properties", "endpoints").(map[string]any); ok {
			for _, plane := range sorted(ends) {
				rows = append(rows, []string{"address for " + plane, text(ends[plane])})
			}
		}
		for _, k := range [][2]string{
			{"changes made by scans", "scannedChangesDays"},
			{"daily measures", "measuresDays"},
			{"ended runs", "endedRunsDays"},
			{"deleted assets", "deletedAssetsDays"},
		} {
			rows = append(rows, []string{k[0], kept.text(k[1]) + " days"})
		}
		return a.table([]string{"FIELD", "VALUE"}, rows)
	})
}

type accountRenameCmd struct {
	Name string `arg:"" help:"Its name for people."`
}

// Run renames the account.
func (c accountRenameCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var one object
	if err := account.Do(a.ctx, "PATCH", "/account/", object{"friendlyName": c.Name}, &one); err != nil {
		return err
	}
	return a.write(one, func() error {
		a.say("The account is called %s now.", one.text("properties", "friendlyName"))
		return nil
	})
}

type accountOverviewCmd struct{}

// Run shows the overview.
func (accountOverviewCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var seen object
	if err := account.Get(a.ctx, "/manage/v1/overview", &seen); err != nil {
		return err
	}
	return a.write(seen, func() error { return a.overviewSheet(seen) })
}

func (a *app) overviewSheet(seen object) error {
	a.say("%s assets, %s of them classified, of %s sources.", seen.text("assets", "count"), seen.text("assets", "classified"), seen.text("sources"))
	if seen.at("runtimes") != nil {
		a.say("%s of %s nodes are online.", seen.text("runtimes", "nodesOnline"), seen.text("runtimes", "nodes"))
	}
	for _, part := range []struct{ title, at string }{{"TYPE", "byType"}, {"SOURCE", "bySource"}, {"CLASSIFICATION", "byClassification"}} {
		list, _ := seen.at("assets", part.at).([]any)
		if len(list) == 0 {
			continue
		}
		rows := [][]string{}
		for _, v := range list {
			m, _ := v.(map[string]any)
			rows = append(rows, []string{object(m).text("value"), object(m).text("count")})
		}
		a.say("")
		if err := a.table([]string{part.title, "ASSETS"}, rows); err != nil {
			return err
		}
	}
	list, _ := seen.at("attention").([]any)
	rows := [][]string{}
	for _, v := range list {
		m, _ := v.(map[string]any)
		o := object(m)
		what := o.text("source") + "/" + o.text("scan")
		if o.text("scan") == "" {
			what = o.text("runtime") + " " + o.text("node")
		}
		rows = append(rows, []string{o.text("text"), what, o.text("remedy"), o.text("run")})
	}
	a.say("")
	if len(rows) == 0 {
		a.say("Nothing waits for you.")
		return nil
	}
	return a.table([]string{"WAITS FOR YOU", "OF", "REMEDY", "RUN"}, rows)
}
