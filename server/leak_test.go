package server

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/account"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/manage"
	"github.com/purlieu/purlieu/server/internal/api/policystore"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// secret is a text that only who may do one of the actions on the collection may read.
type secret struct {
	text       string
	what       string
	collection string
	actions    []access.Action
}

// estate is a random account: a tree of collections, in each a source with a scan, a run and assets, and one source whose
// assets stand in all of them, below one hall and feeding each other.
type estate struct {
	people
	rnd         *rand.Rand
	collections []string
	secrets     []secret
	guids       []string          // of assets
	home        map[string]string // collection of an asset, by guid
	names       []string          // qualified names
	runs        []string
}

func newEstate(t *testing.T, seed uint64) *estate {
	t.Helper()
	e := &estate{people: newPeople(t), rnd: rand.New(rand.NewPCG(seed, 1)), collections: []string{"root"}, home: map[string]string{}}
	for i := range 5 {
		name := fmt.Sprintf("place%d", i)
		c := access.Collection{Name: name, FriendlyName: fmt.Sprintf("friendly-%d-q", i), Parent: e.collections[e.rnd.IntN(len(e.collections))]}
		if _, err := e.access.PutCollection(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		e.collections = append(e.collections, name)
		e.secrets = append(e.secrets, secret{c.FriendlyName, "the friendly name of a collection", name, []access.Action{access.ReadCollection}})
	}
	common := e.register("common", "root", "common.example")
	e.lay(common, "root", "hall", model.Asset{Type: "hall"})
	hall, err := e.core.Graph.ByName(t.Context(), "hall", common.Authority+"/hall")
	if err != nil {
		t.Fatal(err)
	}
	e.guids, e.home[hall.GUID] = append(e.guids, hall.GUID), "root"
	for i, c := range e.collections {
		host := fmt.Sprintf("host-%d-q.example", i)
		src := e.register(fmt.Sprintf("source-%d-q", i), c, host)
		for _, text := range []string{src.Name, host} {
			e.secrets = append(e.secrets, secret{text, "a source", c, []access.Action{access.ReadSource, access.ReadData}})
		}
		v, err := e.core.Scans.Start(t.Context(), src.Name, "all", scan.StartOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e.asset(src, c, "hall/own", i)
		e.asset(common, c, fmt.Sprintf("hall/mixed-%d-q", i), i)
		e.secrets = append(e.secrets, secret{fmt.Sprintf("mixed-%d-q", i), "the name of an asset", c, []access.Action{access.ReadData}})
		e.runs = append(e.runs, v.ID)
		e.secrets = append(e.secrets, secret{v.ID, "a run", c, []access.Action{access.ReadScan}})
	}
	e.index()
	return e
}

func (e *estate) register(name, collection, host string) model.Source {
	e.Helper()
	src, _, err := e.core.Scans.PutSource(e.Context(), model.Source{Name: name, Kind: "Shop", Collection: collection, Settings: model.Settings{"host": host}})
	if err == nil {
		_, _, err = e.core.Scans.PutScan(e.Context(), model.Scan{Name: "all", Source: name})
	}
	if err != nil {
		e.Fatal(err)
	}
	return src
}

// asset lays an asset that is fed by the one of the next collection.
func (e *estate) asset(src model.Source, collection, path string, i int) {
	e.Helper()
	comment, column := fmt.Sprintf("comment %d-q", i), fmt.Sprintf("column-%d-q", i)
	next := fmt.Sprintf("hall/mixed-%d-q", (i+1)%len(e.collections))
	e.lay(src, collection, path, model.Asset{
		Comment: comment, Columns: []model.Column{{Name: column, Type: "text", Ordinal: 1}},
		Lineage:  &model.Lineage{Inputs: []model.Ref{{Type: "shelf", Path: next}}, Columns: []model.ColumnEdge{{From: fmt.Sprintf("column-%d-q", (i+1)%len(e.collections)), To: column}}},
		Measures: []model.Measure{{Name: fmt.Sprintf("measure-%d-q", i), Value: 1}},
	})
	v, err := e.core.Graph.ByName(e.Context(), "shelf", src.Authority+"/"+path)
	if err != nil {
		e.Fatal(err)
	}
	e.guids, e.names, e.home[v.GUID] = append(e.guids, v.GUID), append(e.names, v.Row.QualifiedName), collection
	for _, text := range []string{comment, column, v.GUID, fmt.Sprintf("measure-%d-q", i)} {
		e.secrets = append(e.secrets, secret{text, "of an asset", collection, []access.Action{access.ReadData}})
	}
}

// reader is somebody with random roles on random collections, some of which inherit nothing.
func (e *estate) reader(n int) (access.Principal, string) {
	e.Helper()
	guid, token := e.holder(fmt.Sprintf("reader%d", n), "root")
	for _, c := range e.collections {
		for _, role := range access.Roles()[:4] {
			if e.rnd.IntN(6) == 0 {
				if err := e.access.Assign(e.Context(), c, role, "app:"+guid); err != nil {
					e.Fatal(err)
				}
			}
		}
		if c != "root" {
			if err := e.access.SetInherits(e.Context(), c, e.rnd.IntN(2) > 0); err != nil {
				e.Fatal(err)
			}
		}
	}
	return access.Principal{ID: "app:" + guid}, token
}

// questions are all that can be asked without changing anything: each route that reads, with every value that fits.
func (e *estate) questions() (out [][3]string) {
	planes := map[string][]api.Route{
		manage.Prefix: (&manage.Plane{
			People: e.access, Fleet: e.fleet, Sources: e.core.Scans, Runs: e.core.Scans, Map: e.core.Graph, Search: e.search,
		}).Routes(),
		scanning.Prefix: (&scanning.Plane{}).Routes(), "/datamap/api": (&atlas.Plane{}).Routes(),
		account.Prefix: (&account.Plane{}).Routes(), policystore.Prefix: (&policystore.Plane{}).Routes(),
	}
	var sources []string
	for i := range e.collections {
		sources = append(sources, fmt.Sprintf("source-%d-q", i))
	}
	var edges []string
	for _, guid := range e.guids {
		g, err := e.core.Graph.Lineage(e.Context(), guid, datamap.Upstream, 1, 100)
		if err != nil {
			e.Fatal(err)
		}
		for _, edge := range g.Edges {
			edges = append(edges, edge.GUID)
		}
	}
	values := map[string][]string{
		"source": append(sources, "common"), "scan": {"all"}, "run": e.runs, "guid": e.guids, "collection": e.collections,
		"kind": {"Shop"}, "runtime": {"built-in"}, "type": {"shelf"},
	}
	param := regexp.MustCompile(`\{([^}+]+)\+?\}`)
	for prefix, routes := range planes {
		for _, r := range routes {
			if r.Method != http.MethodGet {
				continue
			}
			paths := []string{prefix + strings.TrimSuffix(r.Pattern, "/")}
			for _, m := range param.FindAllStringSubmatch(r.Pattern, -1) {
				var next []string
				fitting := values[m[1]]
				if strings.Contains(r.Pattern, "/relationship/") {
					fitting = edges
				}
				for _, value := range append(slices.Clone(fitting), "nothing") {
					for _, path := range paths {
						next = append(next, strings.Replace(path, m[0], url.PathEscape(value), 1))
					}
				}
				paths = next
			}
			for _, path := range paths {
				out = append(out, [3]string{http.MethodGet, path, ""})
				by := ""
				switch {
				case strings.Contains(path, "uniqueAttribute"):
					by = "?attr:qualifiedName="
				case path == manage.Prefix+"/assets":
					by = "?qualifiedName="
				default:
					continue
				}
				for _, name := range e.names {
					out = append(out, [3]string{http.MethodGet, path + by + url.QueryEscape(name), ""})
				}
			}
		}
	}
	bulk := "/datamap/api/atlas/v2/entity/bulk?guid=" + strings.Join(e.guids, "&guid=")
	out = append(out, [3]string{http.MethodGet, bulk, ""})
	const facets = `"facets":[{"facet":"entityType"},{"facet":"collectionId"},{"facet":"purlieuSource"},{"facet":"classification"}]`
	for _, words := range []string{"*", "own", "mixed", "comment", "column", "host"} {
		for _, what := range []string{"query", "suggest", "autocomplete"} {
			out = append(out, [3]string{http.MethodPost, "/datamap/api/search/" + what, `{"keywords":"` + words + `","limit":100,` + facets + `}`})
		}
		for _, order := range []string{`{"name":"DESC"}`, `{"updateTime":"DESC"},{"name":"ASC"}`} {
			out = append(out, [3]string{
				http.MethodPost, "/datamap/api/search/query",
				`{"keywords":"` + words + `","limit":100,"orderby":[` + order + `],"filter":{"not":{"createTime":{"operator":"lt","timeThreshold":1}}}}`,
			})
		}
	}
	for _, what := range []string{`"entityType":"shelf"`, `"entityType":"hall"`} {
		out = append(out, [3]string{http.MethodPost, "/datamap/api/browse", `{` + what + `}`})
	}
	for _, name := range e.names {
		path := "/hall#" + model.EscapeName(name[:strings.LastIndexByte(name, '/')])
		out = append(out, [3]string{http.MethodPost, "/datamap/api/browse", `{"path":"` + path + `"}`})
	}
	return out
}

func TestNothingShowsWhatTheReaderMayNotSee(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 1
	}
	shown := 0
	for seed := range seeds {
		e := newEstate(t, seed)
		questions := e.questions()
		for n := range 4 {
			who, token := e.reader(n)
			may := map[access.Action][]string{}
			for _, action := range access.Actions() {
				var err error
				if may[action], err = e.access.CollectionsFor(t.Context(), who, action); err != nil {
					t.Fatal(err)
				}
			}
			visible := func(s secret) bool {
				return slices.ContainsFunc(s.actions, func(a access.Action) bool { return slices.Contains(may[a], s.collection) })
			}
			for _, q := range questions {
				w := ask(e.doors, token, q[0], q[1], q[2])
				body, asked := w.Body.String(), q[1]+q[2]
				if unescaped, err := url.PathUnescape(q[1]); err == nil {
					asked += unescaped
				}
				for _, s := range e.secrets {
					switch {
					case !strings.Contains(body, s.text) || strings.Contains(asked, s.text):
					case visible(s):
						shown++
					default:
						t.Errorf("seed %d, reader %d: %s %s %s shows %s of %s: %s\n%s", seed, n, q[0], q[1], q[2], s.what, s.collection, s.text, body)
					}
				}
			}
			e.counts(token, may)
			if t.Failed() {
				return
			}
		}
	}
	if shown < 500 {
		t.Errorf("only %d texts were shown to those who may read them: the test says nothing", shown)
	}
}

// counts holds numbers to what may be seen: they tell of things as well as names do.
func (e *estate) counts(token string, may map[access.Action][]string) {
	e.Helper()
	assets := 0
	for _, c := range e.home {
		if slices.Contains(may[access.ReadData], c) {
			assets++
		}
	}
	var found struct {
		Count  int                              `json:"@search.count"`
		Facets map[string][]struct{ Count int } `json:"@search.facets"`
	}
	w := ask(e.doors, token, http.MethodPost, "/datamap/api/search/query", `{"keywords":"*","facets":[{"facet":"entityType"},{"facet":"purlieuSource"}]}`)
	if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || found.Count != assets {
		e.Errorf("search counts %d, and %d may be seen (%v)", found.Count, assets, err)
	}
	browsed := 0
	for _, kind := range []string{"shelf", "hall"} {
		var some struct {
			Count int `json:"@search.count"`
			Value []any
		}
		w := ask(e.doors, token, http.MethodPost, "/datamap/api/browse", `{"entityType":"`+kind+`"}`)
		if err := json.Unmarshal(w.Body.Bytes(), &some); err != nil || some.Count != len(some.Value) {
			e.Errorf("browsing counts %d %ss and shows %d (%v)", some.Count, kind, len(some.Value), err)
		}
		browsed += some.Count
	}
	if browsed != assets {
		e.Errorf("%d are browsed, and %d may be seen", browsed, assets)
	}
	for name, values := range found.Facets {
		sum := 0
		for _, v := range values {
			sum += v.Count
		}
		if sum != assets {
			e.Errorf("the facet %s counts %d, and %d may be seen", name, sum, assets)
		}
	}
	var seen struct {
		Assets  struct{ Count int }
		Sources int
		Runs    struct{ Waiting int }
	}
	w = ask(e.doors, token, http.MethodGet, "/manage/v1/overview", "")
	if err := json.Unmarshal(w.Body.Bytes(), &seen); err != nil {
		e.Fatal(err)
	}
	sources := len(may[access.ReadSource])
	if slices.Contains(may[access.ReadSource], "root") {
		sources++ // the common one
	}
	if seen.Assets.Count != assets || seen.Sources != sources || seen.Runs.Waiting != len(may[access.ReadScan]) {
		e.Errorf("the overview counts %+v, and %d assets, %d sources and %d runs may be seen", seen, assets, sources, len(may[access.ReadScan]))
	}
}
