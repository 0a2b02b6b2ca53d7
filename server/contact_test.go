package server

import (
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/model"
)

func TestContactsAreCountedFoundAndBrowsedByWhatTheyAre(t *testing.T) {
	p := newPeople(t)
	src := (&estate{people: p}).register("depot", "root", "depot.example")
	for name, contacts := range map[string]string{
		"both": `{"Owner":[{"id":"kim","info":"Kim"}],"Expert":[{"id":"lee","info":"Lee"}]}`, "owned": `{"Owner":[{"id":"kim"},{"id":"ann"}]}`, "nobodys": `{"Owner":[]}`,
	} {
		p.lay(src, "root", name, model.Asset{})
		p.want(200, p.admin, "POST", "/datamap/api/atlas/v2/entity",
			`{"entity":{"typeName":"shelf","attributes":{"qualifiedName":"`+src.Authority+`/`+name+`"},"contacts":`+contacts+`}}`)
	}
	p.index()
	found := p.want(200, p.admin, "POST", "/datamap/api/search/query", `{"keywords":null,"facets":[{"facet":"contactType"}]}`)
	if got := fmt.Sprint(found["@search.facets"]); got != "map[contactType:[map[count:2 value:Owner] map[count:1 value:Expert]]]" {
		t.Errorf("%s", got)
	}
	experts := p.want(200, p.admin, "POST", "/datamap/api/search/query", `{"filter":{"contactType":"Expert"}}`)
	if hits := experts["value"].([]any); len(hits) != 1 || hits[0].(map[string]any)["name"] != "both" {
		t.Errorf("%v", experts)
	}
	browsed := p.want(200, p.admin, "POST", "/catalog/api/browse", `{"entityType":"shelf"}`)["value"].([]any)
	if got := fmt.Sprint(browsed[0].(map[string]any)["owner"]); got != "[map[contactType:Owner displayName:Kim id:kim mail:<nil>] map[contactType:Expert displayName:Lee id:lee mail:<nil>]]" {
		t.Errorf("%s", got)
	}
}
