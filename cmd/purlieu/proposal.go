package main

type proposalCmd struct {
	List    proposalListCmd    `cmd:"" help:"List what waits for an answer, oldest first."`
	Show    proposalShowCmd    `cmd:"" help:"Show a proposal: why it is asked, and which assets it would delete, if any."`
	Approve proposalApproveCmd `cmd:"" help:"Delete what is proposed, accept that the source is another one now, or let a run go on that brings very much."`
	Reject  proposalRejectCmd  `cmd:"" help:"Delete nothing, keep what the source was, or end the run."`
}

type proposalListCmd struct {
	All bool `help:"Those that were answered, too."`
}

// Run lists proposals.
func (c proposalListCmd) Run(a *app) error {
	path := "/manage/v1/proposals?state=open"
	if c.All {
		path = "/manage/v1/proposals"
	}
	return a.listing(path, []string{"PROPOSAL", "KIND", "STATE", "SOURCE", "SCAN", "ASSETS", "CREATED", "BY"}, func(o object) []string {
		return []string{
			o.text("id"), o.text("kind"), o.text("state"), o.text("source"), o.text("scan"), o.text("assets"), o.text("created"), o.text("by"),
		}
	})
}

type proposalShowCmd struct {
	ID string `arg:"" name:"proposal" help:"Number of the proposal."`
}

// Run shows a proposal.
func (c proposalShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	path := "/manage/v1/proposals/" + esc(c.ID)
	var p object
	if err := account.Get(a.ctx, path, &p); err != nil {
		return err
	}
	assets, err := a.items(account, path+"/assets")
	if err != nil {
		return err
	}
	return a.write(object{"proposal": p, "assets": assets}, func() error { return a.proposalSheet(p, assets) })
}

func (a *app) proposalSheet(p object, assets []object) error {
	if p.text("kind") == "growth" {
		a.say("Run %s of %s/%s brings %s assets so far, new or changed; the scan held %s before. It is %s.",
			p.text("run"), p.text("source"), p.text("scan"), p.text("assets"), p.text("last"), p.text("state"))
		if p.text("state") == "open" {
			a.say("Nothing of it goes on until then. Approve and it does, from where it stands; reject and it ends: what it has brought stays.")
			a.say("See what that is: purlieu run changes %s", p.text("run"))
		}
		return nil
	}
	if p.text("kind") == "identity" {
		if p.text("before") == "" {
			a.say("The source %s says for the first time which it is: %s. It was scanned before, when nobody could tell.", p.text("source"), p.text("now"))
		} else {
			a.say("Another source answers at the address of %s: it was %s, and it is %s now.", p.text("source"), p.text("before"), p.text("now"))
		}
		a.say("Nothing was read. Approve if the source has moved to that server; reject if the address is wrong, and mend that.")
		return nil
	}
	a.say("Run %s of %s/%s would delete %s assets. It is %s.", p.text("run"), p.text("source"), p.text("scan"), p.text("assets"), p.text("state"))
	rows := [][]string{}
	holds, _ := p["holds"].([]any)
	for _, h := range holds {
		m, _ := h.(map[string]any)
		hold := object(m)
		where, why := hold.text("path"), hold.text("gone")+" of "+hold.text("total")+" gone"
		if where == "" {
			where = "(the whole source)"
		}
		if hold.text("empty") == "true" {
			why += ", listed as empty"
		}
		rows = append(rows, []string{where, why})
	}
	if err := a.table([]string{"WHERE", "WHY"}, rows); err != nil {
		return err
	}
	const most = 50
	rows = [][]string{}
	for _, o := range assets[:min(most, len(assets))] {
		rows = append(rows, []string{o.text("type"), o.text("qualifiedName")})
	}
	if err := a.table([]string{"TYPE", "QUALIFIED NAME"}, rows); err != nil {
		return err
	}
	if len(assets) > most {
		a.say("… and %d more: -o json shows all", len(assets)-most)
	}
	return nil
}

type proposalApproveCmd struct {
	ID string `arg:"" name:"proposal" help:"Number of the proposal."`
}

// Run approves.
func (c proposalApproveCmd) Run(a *app) error { return a.decide(c.ID, "approve") }

type proposalRejectCmd struct {
	ID string `arg:"" name:"proposal" help:"Number of the proposal."`
}

// Run rejects.
func (c proposalRejectCmd) Run(a *app) error { return a.decide(c.ID, "reject") }

func (a *app) decide(id, verb string) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var p object
	if err := account.Do(a.ctx, "POST", "/manage/v1/proposals/"+esc(id)+"/"+verb, nil, &p); err != nil {
		return err
	}
	return a.write(p, func() error {
		switch {
		case verb == "reject" && p.text("kind") == "growth":
			a.say("Proposal %s is rejected: the run has ended, and nothing was deleted.", id)
		case p.text("kind") == "growth":
			a.say("The run goes on. See how: purlieu run show %s", p.text("run"))
		case verb == "reject":
			a.say("Proposal %s is rejected; nothing was deleted.", id)
		case p.text("kind") == "identity":
			a.say("The source %s is %s from now on. Run its scans again: they read everything anew.", p.text("source"), p.text("now"))
		default:
			a.say("Assets deleted: %s. To take it back within 180 days: purlieu run undo %s", p.text("assets"), p.text("run"))
		}
		return nil
	})
}
