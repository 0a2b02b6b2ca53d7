package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type searchCmd struct {
	Words   []string `arg:"" optional:"" help:"Words to find; the last may be a beginning. None: everything."`
	Type    []string `help:"Only assets of this type, such as postgresql_table. Of each that narrows several may be given: any of them will do."`
	Source  []string `help:"Only assets of this source."`
	Class   []string `help:"Only assets with this classification, on themselves or on a column, such as MICROSOFT.PERSONAL.EMAIL."`
	Within  []string `name:"collection" help:"Only assets of this collection."`
	Label   []string `sep:"none" help:"Only assets with this label, on themselves or on a column."`
	Term    []string `sep:"none" help:"Only assets with this term of a glossary."`
	Contact []string `placeholder:"WHO" sep:"none" help:"Only assets that name this owner or expert: a user, an app, or a text as it was written."`
	Order   string   `enum:"best,name,created,changed" default:"best" help:"What stands first: the best hit, the first name, or the newest by when it was created or changed."`
	Reverse bool     `help:"The last name first, or the oldest."`
	Facets  bool     `help:"Count what was found by type, source, classification, collection, label, term and contact, too."`
	Limit   int      `default:"20" help:"How many to show."`
}

// Help shows examples.
func (searchCmd) Help() string {
	return `A shell completes what can be narrowed by with the values that there are (purlieu completion).

Examples:
  purlieu search orders
  purlieu search --class MICROSOFT.PERSONAL.EMAIL --source shop --facets
  purlieu search --contact kim --label finance --order changed
  purlieu search orders --order name --reverse -o json`
}

// values are what the search is narrowed to, in the order of the facets.
func (c searchCmd) values() [][]string {
	return [][]string{c.Type, c.Source, c.Class, c.Within, c.Label, c.Term, c.Contact}
}

// wider says what may find more.
func (c searchCmd) wider() string {
	narrow := []string{}
	for i, f := range facets() {
		if len(c.values()[i]) > 0 {
			narrow = append(narrow, "--"+f[1])
		}
	}
	switch {
	case len(narrow) == 0:
		return "Fewer words may find more, and so does the beginning of one."
	case len(c.Words) == 0:
		return "There may be more without " + strings.Join(narrow, " and ") + ". What there is to narrow by: purlieu search --facets"
	}
	return "There may be more without " + strings.Join(narrow, " and ") + ", or with fewer words. What there is to narrow by: purlieu search --facets"
}

// contactFacet is that of people, whose values are ids.
const contactFacet = "contactId"

// facets are what hits are counted by, as published, with their words here, which are those of the flags.
func facets() [][2]string {
	return [][2]string{
		{"entityType", "type"},
		{"purlieuSource", "source"},
		{"classification", "class"},
		{"collectionId", "collection"},
		{"label", "label"},
		{"term", "term"},
		{contactFacet, "contact"},
	}
}

// Run searches.
func (c searchCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	if c.Contact, err = a.contactsCalled(account, c.Contact); err != nil {
		return err
	}
	to := []narrowed{}
	for i, f := range facets() {
		to = append(to, narrowed{f[0], c.values()[i]})
	}
	found, err := a.search(account, body, to...)
	if err != nil {
		return err
	}
	return a.write(found, func() error {
		if err := c.show(a, found); err != nil {
			return err
		}
		return a.counts(account, found)
	})
}

// Validate refuses a list of nothing, and one that is longer than an answer.
func (c searchCmd) Validate() error {
	if c.Limit < 1 || c.Limit > 1000 {
		return fault.New(fault.Invalid, "BadLimit", "--limit is 1 to 1000: to see others narrow the search, as with --type or --source")
	}
	return nil
}

// body is the question without what it is narrowed to.
func (c searchCmd) body() (object, error) {
	body := object{"keywords": strings.Join(c.Words, " "), "limit": c.Limit, "filter": nil}
	up, down := "ASC", "DESC"
	if c.Reverse {
		up, down = down, up
	}
	switch c.Order {
	case "name":
		body["orderby"] = []object{{"name": up}}
	case "created":
		body["orderby"] = []object{{"createTime": down}}
	case "changed":
		body["orderby"] = []object{{"updateTime": down}}
	default:
		if c.Reverse {
			return nil, fault.New(fault.Invalid, "NoOrder", "the best hits stand first, and nothing else").Try("Give --order with --reverse: name, created or changed")
		}
	}
	if c.Facets {
		asked := []object{}
		for _, f := range facets() {
			asked = append(asked, object{"facet": f[0], "count": 20})
		}
		body["facets"] = asked
	}
	return body, nil
}

// show lists hits; in the order of a time with that time.
func (c searchCmd) show(a *app, found object) error {
	head := []string{"NAME", "TYPE", "SOURCE"}
	at := map[string]string{"created": "createTime", "changed": "updateTime"}[c.Order]
	if at != "" {
		head = append(head, strings.ToUpper(c.Order))
	}
	rows := [][]string{}
	for _, h := range hits(found) {
		row := []string{h.text("name"), h.text("entityType"), h.text("purlieuSource")}
		if at != "" {
			row = append(row, moment(h.at(at)))
		}
		rows = append(rows, append(row, h.text("qualifiedName")))
	}
	if len(rows) == 0 {
		a.say("Nothing was found. %s", c.wider())
		return nil
	}
	if err := a.table(append(head, "QUALIFIED NAME"), rows); err != nil {
		return err
	}
	less := ""
	if n := found.text("@search.count"); n != fmt.Sprint(len(rows)) {
		less = fmt.Sprintf(", %d are shown: --limit shows more, and --type, --source, --class, --collection, --label, --term and --contact find fewer", len(rows))
	}
	a.say("%s found%s. Look at one: purlieu asset show 'QUALIFIED NAME'", found.text("@search.count"), less)
	return nil
}

// contactsCalled are the contacts of assets that people name: by id, by the name of who has it, or as written.
func (a *app) contactsCalled(account *client.Client, called []string) ([]string, error) {
	if len(called) == 0 {
		return nil, nil
	}
	ids, err := a.valuesOf(account, contactFacet)
	if err != nil {
		return nil, err
	}
	names, err := a.namesOf(account, ids)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, who := range called {
		before := len(out)
		for _, id := range ids {
			if id == who || strings.EqualFold(names(id), who) || strings.HasSuffix(id, ":"+who) {
				out = append(out, id)
			}
		}
		if len(out) > before {
			continue
		}
		id, err := a.principal(account, who) // whom few assets have is not among the values of the facet
		if fault.Is(err, fault.NotFound) {
			id, err = who, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// mostValues is how many values of a facet are asked for.
const mostValues = 1000

// valuesOf are the values of a facet, over all that may be seen, the most frequent first.
func (a *app) valuesOf(account *client.Client, facet string) (values []string, err error) {
	found, err := a.search(account, object{"keywords": "", "limit": 1, "filter": nil, "facets": []object{{"facet": facet, "count": mostValues}}})
	for _, o := range objectsOf(found.at("@search.facets", facet)) {
		values = append(values, o.text("value"))
	}
	return values, err
}

// namedAtOnce is how many principals are asked for in one question.
const namedAtOnce = 100

// namesOf gives the names of principals by their ids; of what is none, or may not be asked, the id itself.
func (a *app) namesOf(account *client.Client, ids []string) (func(id string) string, error) {
	names := map[string]string{}
	asked := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !strings.HasPrefix(id, "user:") && !strings.HasPrefix(id, "app:") })
	slices.Sort(asked)
	for some := range slices.Chunk(slices.Compact(asked), namedAtOnce) {
		found, err := a.items(account, "/manage/v1/principals?"+url.Values{"id": some}.Encode())
		if err != nil && !fault.Is(err, fault.Denied) && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		for _, o := range found {
			names[o.text("id")] = o.text("name")
		}
	}
	return func(id string) string {
		if name := names[id]; name != "" {
			return name
		}
		return id
	}, nil
}

// counts shows by what the hits were counted; nothing when they were not.
func (a *app) counts(account *client.Client, found object) error {
	ids := []string{}
	for _, o := range objectsOf(found.at("@search.facets", contactFacet)) {
		ids = append(ids, o.text("value"))
	}
	names, err := a.namesOf(account, ids)
	if err != nil {
		return err
	}
	rows := [][]string{}
	for _, f := range facets() {
		for _, o := range objectsOf(found.at("@search.facets", f[0])) {
			value := o.text("value")
			if f[0] == contactFacet {
				value = names(value)
			}
			rows = append(rows, []string{f[1], value, o.text("count")})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	a.say("")
	return a.table([]string{"BY", "VALUE", "ASSETS"}, rows)
}

// narrowed is what a search is narrowed to: any of the values of one name.
type narrowed struct {
	name   string
	values []string
}

func (a *app) search(account *client.Client, body object, to ...narrowed) (object, error) {
	var and []object
	for _, part := range to {
		var or []object
		for _, v := range part.values {
			or = append(or, object{part.name: v})
		}
		if or != nil {
			and = append(and, object{"or": or})
		}
	}
	if and != nil {
		body["filter"] = object{"and": and}
	}
	var found object
	err := account.Do(a.ctx, "POST", "/datamap/api/search/query", body, &found)
	return found, err
}

func hits(found object) []object { return objectsOf(found["value"]) }
