package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

func shop() model.Kind {
	return model.Kind{
		Name: "Shop", Version: 1, Title: "Shop", ScanKinds: []string{"ShopScan"}, Authority: "shop://{host|lower}", Levels: []model.Level{model.L1},
		Dials:    []model.Template{"till.example:80"}, // one for all: each source is the twin of all others
		Settings: []model.Field{{Name: "host", Type: model.FieldText, Required: true}}, RuntimeKinds: []string{"Managed", "SelfHosted"},
		Types: []model.TypeDef{
			{Name: "hall", Title: "Hall"}, {Name: "shelf", Title: "Shelf", Parent: "hall", Column: "slot", Process: "flow"}, {Name: "flow", Super: "Process"},
		},
	}
}

// people is a still server whose answers are held to their descriptions.
type people struct {
	*testing.T
	*Server
	doors http.Handler
	admin string
}

func newPeople(t *testing.T) people {
	t.Helper()
	s, doors, admin := still(t, shop())
	for _, plane := range []string{"account", "policystore", "scanning", "datamap", "manage"} {
		doors = openapitest.Check(t, plane, doors)
	}
	return people{t, s, doors, admin}
}

// want asks, fails when the status is another, and gives the answer.
func (p people) want(status int, token, method, path, body string) map[string]any {
	p.Helper()
	w := ask(p.doors, token, method, path, body)
	if w.Code != status {
		p.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	out := map[string]any{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			p.Fatal(err)
		}
	}
	return out
}

// holder makes an app that holds a role on a collection; it gives its guid and a token.
func (p people) holder(name, collection string, roles ...access.Role) (guid, token string) {
	p.Helper()
	app, secret, err := p.access.AddApp(p.Context(), name)
	if err != nil {
		p.Fatal(err)
	}
	for _, role := range roles {
		if err := p.access.Assign(p.Context(), collection, role, app.ID); err != nil {
			p.Fatal(err)
		}
	}
	t, err := p.access.ClientCredentials(p.Context(), app.Client, secret, "")
	if err != nil {
		p.Fatal(err)
	}
	return app.Client, t.Text
}

// lay puts an asset of a source into the map.
func (p people) lay(src model.Source, collection, path string, a model.Asset) {
	p.Helper()
	kind := shop()
	a.Path, a.Name = path, path[strings.LastIndexByte(path, '/')+1:]
	if a.Type == "" {
		a.Type = "shelf"
	}
	a.Facets = model.FacetExistence | model.FacetStructure | model.FacetLineage
	err := p.store.Update(p.Context(), store.Ingest, func(tx store.Tx) error {
		_, err := p.core.Graph.Apply(p.Context(), tx, datamap.Facts{
			Source: src.Name, Collection: collection, Authority: src.Authority, Kind: &kind, Actor: "scan:" + src.Name + "/all",
			Assets: []model.Asset{a}, Hashes: []model.Hash{model.HashOf(a.Type, src.Authority+"/"+path)}, Fingerprints: []uint64{uint64(len(a.Comment) + 1)},
		})
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
}

// index lets the index catch up.
func (p people) index() {
	p.Helper()
	for {
		more, err := p.search.Step(p.Context(), 1000)
		if err != nil {
			p.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func parent(name string) string {
	return `{"friendlyName":"F","parentCollection":{"referenceName":"` + name + `","type":"CollectionReference"}}`
}

func TestCollectionsAreATree(t *testing.T) {
	p := newPeople(t)
	if a := p.want(200, p.admin, "GET", "/account/", ""); a["name"] != "root" {
		t.Errorf("%v", a)
	}
	if a := p.want(200, p.admin, "PATCH", "/account", `{"friendlyName":"Ours"}`); a["properties"].(map[string]any)["friendlyName"] != "Ours" {
		t.Errorf("%v", a)
	}
	p.want(200, p.admin, "PUT", "/account/collections/sales", `{"friendlyName":"Sales","description":"What we sell"}`)
	p.want(200, p.admin, "PUT", "/account/collections/europe", parent("sales"))
	p.want(200, p.admin, "PUT", "/account/collections/asia", parent("sales"))
	got := p.want(200, p.admin, "GET", "/account/collections/europe", "")
	if got["parentCollection"].(map[string]any)["referenceName"] != "sales" || got["systemData"].(map[string]any)["createdByType"] != "User" {
		t.Errorf("%v", got)
	}
	list := p.want(200, p.admin, "GET", "/account/collections?limit=2", "")
	if list["count"] != 4.0 || len(list["value"].([]any)) != 2 || list["nextLink"] == nil {
		t.Errorf("%v", list)
	}
	below := p.want(200, p.admin, "GET", "/account/collections/sales/getChildCollectionNames", "")
	if below["count"] != 2.0 {
		t.Errorf("%v", below)
	}
	path := p.want(200, p.admin, "GET", "/account/collections/europe/getCollectionPath", "")
	if names := path["parentNameChain"].([]any); len(names) != 2 || names[0] != "root" || names[1] != "sales" {
		t.Errorf("%v", path)
	}
	p.want(400, p.admin, "PUT", "/account/collections/sales", parent("europe")) // below itself
	p.want(400, p.admin, "PUT", "/account/collections/north", parent("nowhere"))
	p.want(400, p.admin, "PUT", "/account/collections/a", `{}`)
	p.want(409, p.admin, "DELETE", "/account/collections/sales", "")
	p.want(409, p.admin, "DELETE", "/account/collections/root", "")
	p.want(200, p.admin, "PUT", "/account/collections/europe", parent("root"))
	p.want(200, p.admin, "PUT", "/account/collections/europe", `{"friendlyName":"Europe"}`) // stays where it is
	if got := p.want(200, p.admin, "GET", "/account/collections/europe", ""); got["parentCollection"].(map[string]any)["referenceName"] != "root" {
		t.Errorf("%v", got)
	}
	p.want(204, p.admin, "DELETE", "/account/collections/asia", "")
	p.want(204, p.admin, "DELETE", "/account/collections/sales", "")
	p.want(404, p.admin, "DELETE", "/account/collections/sales", "")
}

func TestACollectionInWhichSomethingStandsIsNotDeleted(t *testing.T) {
	p := newPeople(t)
	code := func() string {
		w := ask(p.doors, p.admin, "DELETE", "/account/collections/sales", "")
		return w.Header().Get("x-ms-error-code")
	}
	p.want(200, p.admin, "PUT", "/account/collections/sales", `{}`)
	p.want(200, p.admin, "PUT", "/account/collections/other", `{}`)
	in := func(c string) string {
		return `{"kind":"Shop","properties":{"host":"a","collection":{"referenceName":"` + c + `"}}}`
	}
	p.want(201, p.admin, "PUT", "/scan/datasources/store", in("sales"))
	if code() != "CollectionNotEmpty" {
		t.Error("a source is in it")
	}
	p.want(201, p.admin, "PUT", "/scan/datasources/store/scans/all", `{}`)
	p.want(200, p.admin, "PUT", "/scan/datasources/store", in("other"))
	if code() != "CollectionNotEmpty" {
		t.Error("a scan puts its assets into it")
	}
	p.want(200, p.admin, "PUT", "/scan/datasources/store/scans/all", `{"properties":{"collection":{"referenceName":"other"}}}`)
	src, err := p.core.Scans.Source(t.Context(), "store")
	if err != nil {
		t.Fatal(err)
	}
	p.lay(src, "sales", "wall", model.Asset{})
	if code() != "CollectionNotEmpty" {
		t.Error("an asset that the index has not read yet is in it")
	}
	p.index()
	if code() != "CollectionNotEmpty" {
		t.Error("an asset is in it")
	}
	p.lay(src, "other", "wall", model.Asset{Comment: "moved"})
	p.index()
	p.want(204, p.admin, "DELETE", "/account/collections/sales", "")
}

func TestWhoAdministersACollectionGovernsWhatIsBelowItOnly(t *testing.T) {
	p := newPeople(t)
	for name, up := range map[string]string{"sales": "root", "people": "root"} {
		p.want(200, p.admin, "PUT", "/account/collections/"+name, parent(up))
	}
	p.want(200, p.admin, "PUT", "/account/collections/europe", parent("sales"))
	_, seller := p.holder("seller", "europe", access.CollectionAdministrator)
	p.want(200, seller, "PUT", "/account/collections/france", parent("europe"))
	p.want(403, seller, "PUT", "/account/collections/spain", parent("sales"))
	p.want(403, seller, "PUT", "/account/collections/europe", parent("people"))
	p.want(403, seller, "PUT", "/account/collections/people", `{}`)
	p.want(404, seller, "GET", "/account/collections/people", "")
	p.want(404, seller, "DELETE", "/account/collections/people", "")
	p.want(403, seller, "PATCH", "/account/", `{"friendlyName":"Mine"}`)
	if list := p.want(200, seller, "GET", "/account/collections", ""); list["count"] != 2.0 {
		t.Errorf("%v", list)
	}
	path := p.want(200, seller, "GET", "/account/collections/france/getCollectionPath", "")
	if got := path["parentFriendlyNameChain"].([]any); got[1] != "sales" || got[2] != "F" {
		t.Errorf("friendly names of what may not be read: %v", got)
	}
	p.want(200, seller, "GET", "/manage/v1/principals?begins=sell", "")
	_, reader := p.holder("reader", "europe", access.DataReader)
	p.want(403, reader, "GET", "/manage/v1/principals", "")
	_, curator := p.holder("curator", "europe", access.DataCurator)
	p.want(200, curator, "GET", "/manage/v1/principals?begins=sell", "")
	// The name of an id that one knows is told to whoever holds a role, and nothing beside it.
	id := p.want(200, seller, "GET", "/manage/v1/principals?begins=sell", "")["value"].([]any)[0].(map[string]any)["id"].(string)
	got := p.want(200, reader, "GET", "/manage/v1/principals?id="+id+"&id=user:none", "")["value"].([]any)
	if len(got) != 1 || got[0].(map[string]any)["name"] != "seller" {
		t.Errorf("names of ids: %v", got)
	}
	_, nobody := p.holder("nobody", "europe")
	p.want(403, nobody, "GET", "/manage/v1/principals?id="+id, "")
	p.want(403, reader, "PUT", "/account/collections/norway", parent("europe"))
	p.want(403, reader, "DELETE", "/account/collections/france", "")
}

func TestAPolicyIsThePublishedFormOfRoles(t *testing.T) {
	p := newPeople(t)
	p.want(200, p.admin, "PUT", "/account/collections/sales", `{}`)
	guid, token := p.holder("reader", "root", access.DataReader)
	other, _ := p.holder("other", "sales")
	roles := p.want(200, p.admin, "GET", "/policystore/metadataRoles", "")
	if len(roles["values"].([]any)) != 4 {
		t.Errorf("%v", roles)
	}
	list := p.want(200, p.admin, "GET", "/policyStore/metadataPolicies?collectionName=sales", "")
	policy := list["values"].([]any)[0].(map[string]any)
	at := "/policyStore/metadataPolicies/" + policy["id"].(string)
	if policy["name"] != "policy_sales" || policy["properties"].(map[string]any)["parentCollectionName"] != "root" {
		t.Errorf("%v", policy)
	}
	send := func() (string, map[string]any) {
		body, err := json.Marshal(policy)
		if err != nil {
			t.Fatal(err)
		}
		return string(body), policy
	}
	rules := func() []any { return policy["properties"].(map[string]any)["attributeRules"].([]any) }
	ids := func() (out []string) {
		for _, r := range rules() {
			out = append(out, r.(map[string]any)["id"].(string))
		}
		return out
	}
	const chief, curators = "purviewmetadatarole_builtin_collection-administrator", "purviewmetadatarole_builtin_data-curator"
	text, _ := send()
	policy = p.want(200, p.admin, "PUT", at, text) // as it was read
	if got := strings.Join(ids(), " "); got != chief+":sales permission:sales" {
		t.Errorf("rules of roles that nobody holds here: %s", got)
	}
	inherited := func() bool {
		w := ask(p.doors, token, "GET", "/account/collections/sales", "")
		return w.Code == 200
	}
	if !inherited() {
		t.Error("the role on the root is not inherited")
	}
	right := func(value string) []any {
		return []any{map[string]any{"attributeName": "derived.purview.permission", "attributeValueIncludes": value}}
	}
	t.Run("a rule gives a role, and leaving the line of the parent out is the cut", func(t *testing.T) {
		list := rules()
		list[1].(map[string]any)["dnfCondition"] = []any{right(chief + ":sales"), right(curators + ":sales")}
		policy["properties"].(map[string]any)["attributeRules"] = append(list, map[string]any{
			"kind": "attributerule", "id": curators + ":sales", "dnfCondition": []any{[]any{
				map[string]any{"attributeName": "principal.microsoft.id", "attributeValueIncludedIn": []string{other}},
				map[string]any{"attributeName": "derived.purview.role", "attributeValueIncludes": curators},
			}},
		})
		text, _ := send()
		policy = p.want(200, p.admin, "PUT", at, text)
		holders, err := p.access.RolesOn(t.Context(), "sales")
		if err != nil || len(holders[access.DataCurator]) != 1 || holders[access.DataCurator][0] != "app:"+other {
			t.Fatal(holders, err)
		}
		if got := strings.Join(ids(), " "); got != chief+":sales "+curators+":sales permission:sales" {
			t.Errorf("%s", got)
		}
		if inherited() {
			t.Error("the role on the root is inherited past the cut")
		}
		if body := p.want(200, p.admin, "GET", "/manage/v1/collections/sales/inheritance", ""); body["inherits"] != false {
			t.Errorf("%v", body)
		}
		list = rules()
		last := list[len(list)-1].(map[string]any)
		last["dnfCondition"] = append(last["dnfCondition"].([]any), right("permission:root"))
		again, _ := send()
		policy = p.want(200, p.admin, "PUT", at, again)
		if !inherited() {
			t.Error("the inheritance was not restored")
		}
		p.want(409, p.admin, "PUT", at, text) // of an older version
	})
	t.Run("what can't be kept is refused", func(t *testing.T) {
		above := `[{"attributeName":"derived.purview.permission","attributeValueIncludes":"` + chief + `:root"}]`
		term := func(name, value, role string) string {
			return `[[{"attributeName":"` + name + `","attributeValueIncludedIn":["` + value + `"]},{"attributeName":"derived.purview.role","attributeValueIncludes":"` + role + `"}],` + above + `]`
		}
		permits := func(right string) string {
			return `,{"kind":"attributerule","id":"permission:sales","dnfCondition":[[{"attributeName":"derived.purview.permission","attributeValueIncludes":"` + right + `"}]]}`
		}
		ours := permits(chief + ":sales")
		decides := func(effect, collection string) string {
			return `,"decisionRules":[{"effect":"` + effect + `","dnfCondition":[[{"attributeName":"resource.purview.collection","attributeValueIncludes":"` + collection + `"},
				{"attributeName":"derived.purview.permission","attributeValueIncludes":"permission:sales"}]]}]`
		}
		guids := term("principal.microsoft.id", guid, chief)
		for what, c := range map[string]struct {
			id, terms, rest, more string
			status                int
		}{
			"a group":                     {chief + ":sales", term("principal.microsoft.groups", "g", chief), ours, "", 501},
			"nobody we know":              {chief + ":sales", term("principal.microsoft.id", "00000000-0000-0000-0000-000000000009", chief), ours, "", 404},
			"another condition":           {chief + ":sales", term("time.of.day", "noon", chief), ours, "", 400},
			"another role's name":         {chief + ":sales", term("principal.microsoft.id", guid, "purviewmetadatarole_builtin_owner"), ours, "", 400},
			"another collection":          {chief + ":people", guids, ours, "", 400},
			"a role of none":              {"purviewmetadatarole_builtin_owner:sales", guids, ours, "", 400},
			"a cut of the chief":          {chief + ":sales", `[]`, ours, "", 400},
			"one role inherited":          {curators + ":sales", strings.ReplaceAll(guids, chief, curators), `,{"id":"` + chief + `:sales","dnfCondition":[` + above + `]}` + permits(curators+":sales"), "", 400},
			"holders without permission":  {chief + ":sales", guids, permits("permission:root"), "", 400},
			"a permission of another one": {chief + ":sales", guids, permits("permission:people"), "", 400},
			"a denial":                    {chief + ":sales", guids, ours, decides("Deny", "sales"), 400},
			"another decision":            {chief + ":sales", guids, ours, decides("Permit", "people"), 400},
			"a description":               {chief + ":sales", guids, ours, `,"description":"ours"`, 400},
			"somebody who is excluded":    {chief + ":sales", strings.Replace(guids, "IncludedIn", "ExcludedIn", 1), ours, "", 400},
			"nothing of these":            {chief + ":sales", strings.ReplaceAll(guids, guid, other), ours, decides("Permit", "sales") + `,"description":""`, 200},
		} {
			body := `{"properties":{"collection":{"referenceName":"sales","type":"CollectionReference"},"attributeRules":[{"kind":"attributerule","id":"` + c.id + `","dnfCondition":` + c.terms + `}` + c.rest + `]` + c.more + `}}`
			if w := ask(p.doors, p.admin, "PUT", at, body); w.Code != c.status {
				t.Errorf("%s: %d, want %d: %s", what, w.Code, c.status, w.Body)
			}
		}
	})
	t.Run("only who administers the collection sees it", func(t *testing.T) {
		p.want(404, token, "GET", at, "")
		p.want(404, token, "PUT", at, `{}`)
		if list := p.want(200, token, "GET", "/policyStore/metadataPolicies", ""); len(list["values"].([]any)) != 0 {
			t.Errorf("%v", list)
		}
	})
	t.Run("somebody stays who administers the root", func(t *testing.T) {
		list := p.want(200, p.admin, "GET", "/policyStore/metadataPolicies?collectionName=root", "")
		id := list["values"].([]any)[0].(map[string]any)["id"].(string)
		if w := ask(p.doors, p.admin, "PUT", "/policyStore/metadataPolicies/"+id, `{"properties":{"attributeRules":[]}}`); w.Header().Get("x-ms-error-code") != "LastAdministrator" {
			t.Error(w.Code, w.Body)
		}
	})
}
