package main

import (
	"strings"

	"github.com/purlieu/purlieu/fault"
)

type networkCmd struct {
	Show     networkShowCmd     `cmd:"" help:"Show from where the account may be reached."`
	Set      networkSetCmd      `cmd:"" help:"Say from where the account may be reached; what is no longer allowed is closed."`
	Try      networkTryCmd      `cmd:"" help:"Whom such rules would refuse, of those who came lately. Nothing is changed."`
	Refusals networkRefusalsCmd `cmd:"" help:"Who was blocked lately, and why."`
}

const network = "/manage/v1/network"

type networkShowCmd struct{}

// Run shows the rules.
func (networkShowCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	var rules object
	if err := account.Get(a.ctx, network, &rules); err != nil {
		return err
	}
	return a.write(rules, func() error {
		a.say("Public network access is %s (version %s).", rules.text("publicNetworkAccess"), rules.text("version"))
		return a.ruleTable(rules)
	})
}

func (a *app) ruleTable(rules object) error {
	rows := [][]string{}
	list, _ := rules.at("rules").([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		door := object(m).text("door")
		if door == "" {
			door = "every"
		}
		rows = append(rows, []string{door, object(m).text("range"), object(m).text("effect")})
	}
	if len(rows) == 0 {
		return nil
	}
	return a.table([]string{"DOOR", "RANGE", "EFFECT"}, rows)
}

// networkFlags are rules as flags: in an order of one's own, or the ranges that are refused and then those that are allowed.
type networkFlags struct {
	Access      string   `enum:"enabled,disabledForIngestion,disabled" default:"enabled" help:"Public network access: ${enum}."`
	PortalPages bool     `help:"Keep the portal's static pages public while all else is private."`
	Rule        []string `placeholder:"EFFECT:[DOOR=]RANGE" help:"A rule, such as allow:account=10.0.0.0/8; may be given many times. The first that matches decides."`
	Refuse      []string `placeholder:"[DOOR=]RANGE" help:"Refuse this range of addresses, at one door (account, portal, ingestion) or every one."`
	Allow       []string `placeholder:"[DOOR=]RANGE" help:"Allow this range; where a door has rules, what none allows is refused."`
}

func (f networkFlags) body() (object, error) {
	if len(f.Rule) > 0 && len(f.Refuse)+len(f.Allow) > 0 {
		return nil, fault.New(fault.Invalid, "TwoOrders", "--rule stands in the order that you give, --refuse and --allow have one of their own").
			Try("Write all of them with --rule")
	}
	rules := []object{}
	add := func(effect, text string) {
		door, prefix, ok := strings.Cut(text, "=")
		if !ok {
			door, prefix = "", text
		}
		rules = append(rules, object{"door": door, "range": prefix, "effect": effect})
	}
	for _, text := range f.Rule {
		effect, rest, ok := strings.Cut(text, ":")
		if !ok || (effect != "allow" && effect != "refuse") {
			return nil, fault.New(fault.Invalid, "BadRule", "%q is not a rule", text).Try("Write it as allow:10.0.0.0/8 or refuse:account=192.0.2.0/24")
		}
		add(effect, rest)
	}
	for _, text := range f.Refuse {
		add("refuse", text)
	}
	for _, text := range f.Allow {
		add("allow", text)
	}
	return object{"publicNetworkAccess": f.Access, "portalPages": f.PortalPages, "rules": rules}, nil
}

type networkSetCmd struct {
	networkFlags
	Force bool `help:"Even if it refuses the connection that you come by. The door on 127.0.0.1 of the server stays open."`
}

// Help shows examples.
func (networkSetCmd) Help() string {
	return `The rules are written whole. Try them first:
  purlieu network try --access enabled --allow 10.0.0.0/8
  purlieu network set --access enabled --allow 10.0.0.0/8
  purlieu network set --access disabledForIngestion --refuse account=192.0.2.0/24
  purlieu network set --rule allow:10.0.0.7 --rule refuse:10.0.0.0/8 --rule allow:0.0.0.0/0`
}

// Run writes the rules over those that are there.
func (c networkSetCmd) Run(a *app) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	var now, next object
	if err := account.Get(a.ctx, network, &now); err != nil {
		return err
	}
	query := ""
	body["version"] = now["version"]
	if c.Force {
		query = "?force=true"
	}
	if err := account.Do(a.ctx, "PUT", network+query, body, &next); err != nil {
		if fault.CodeOf(err) == "LocksYouOut" {
			return fault.New(fault.Conflict, "LocksYouOut", "these rules would refuse your own connection").
				Try("Allow the network that you come from, or give --force. See purlieu network try")
		}
		return err
	}
	return a.write(next, func() error {
		a.say("Public network access is %s (version %s).", next.text("publicNetworkAccess"), next.text("version"))
		return a.ruleTable(next)
	})
}

type networkTryCmd struct{ networkFlags }

// Run tries the rules.
func (c networkTryCmd) Run(a *app) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	account, err := a.client()
	if err != nil {
		return err
	}
	var tried object
	if err := account.Do(a.ctx, "POST", network+":try", body, &tried); err != nil {
		return err
	}
	return a.write(tried, func() error {
		word := map[string]string{"true": "allowed", "false": "REFUSED"}
		a.say("You would be %s: %s.", word[tried.text("you", "allowed")], tried.text("you", "reason"))
		a.say("%s who come in now would be refused, and %s connections closed.", tried.text("newlyRefused"), tried.text("connectionsClosed"))
		rows := [][]string{}
		list, _ := tried.at("visitors").([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			o := object(m)
			rows = append(rows, []string{word[o.text("allowed")], o.text("door"), o.text("way"), o.text("peer"), o.text("last"), o.text("reason")})
		}
		return a.table([]string{"", "DOOR", "WAY", "FROM", "LAST", "WHY"}, rows)
	})
}

type networkRefusalsCmd struct{}

// Run lists refusals.
func (networkRefusalsCmd) Run(a *app) error {
	return a.listing(network+"/refusals", []string{"AT", "DOOR", "FROM", "WHY"}, func(o object) []string {
		return []string{o.text("at"), o.text("door"), o.text("peer"), o.text("reason")}
	})
}
