package atlas_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
	"github.com/purlieu/purlieu/server/servertest"
)

// library is the plane over a real map with two shelves: one in the collection "sales", one in "payroll".
type library struct {
	*testing.T
	http.Handler
	graph *datamap.Service
	st    *sqlite.Store
	kind  model.Kind
	who   *curators
	reads *reads
}

// reads is a store that counts its transactions, and what is read of the map in those that only read.
type reads struct {
	store.Store
	n              int
	rows, measures int
}

func (s *reads) View(ctx context.Context, fn func(store.Tx) error) error {
	s.n++
	return s.Store.View(ctx, func(tx store.Tx) error { return fn(readsTx{tx, s}) })
}

func (s *reads) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	s.n++
	return s.Store.Update(ctx, lane, fn)
}

type readsTx struct {
	store.Tx
	s *reads
}

func (t readsTx) Map() store.Map { return readsMap{t.Tx.Map(), t.s} }

type readsMap struct {
	store.Map
	s *reads
}

func (m readsMap) ByID(ctx context.Context, ids []int64) (map[int64]store.Entity, error) {
	m.s.rows += len(ids)
	return m.Map.ByID(ctx, ids)
}

func (m readsMap) ByHash(ctx context.Context, hashes []model.Hash) (map[model.Hash]store.Entity, error) {
	m.s.rows += len(hashes)
	return m.Map.ByHash(ctx, hashes)
}

func (m readsMap) Measures(ctx context.Context, entity int64, limit int) ([]store.MeasureRow, error) {
	m.s.measures++
	return m.Map.Measures(ctx, entity, limit)
}

// curators lets everybody write the data of one collection, too.
type curators struct {
	api.Decider
	collection string
	asked      int
}

func (c *curators) Allow(ctx context.Context, p access.Principal, a access.Action, collection string) error {
	c.asked++
	if a == access.WriteData && collection == c.collection {
		return nil
	}
	return c.Decider.Allow(ctx, p, a, collection)
}

// silence is a bus that nobody listens to.
type silence struct{}

func (silence) Ring(string)           {}
func (silence) Tell(string, bus.Tell) {}

func newLibrary(t *testing.T) *library {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	l := &library{T: t, st: st, kind: model.Kind{
		Name: "Library", Title: "Library", Version: 1, ScanKinds: []string{"LibraryCredential"}, Authority: "library://{host}",
		Types: []model.TypeDef{{Name: "shelf", Column: "book"}}, RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1},
	}}
	log := slog.New(slog.DiscardHandler)
	l.reads = &reads{Store: st}
	l.graph = datamap.New(l.reads, log)
	scans := scan.New(l.reads, silence{}, l.graph, log, scan.DefaultConfig())
	if err := scans.PutKinds(t.Context(), []model.Kind{l.kind}); err != nil {
		t.Fatal(err)
	}
	who, err := servertest.New()
	if err != nil {
		t.Fatal(err)
	}
	l.who = &curators{Decider: who}
	plane := &atlas.Plane{
		Map: l.graph, Edit: l.graph, Remove: scans, Edges: l.graph, Kinds: scans, Decider: l.who,
		Classes: []model.ClassDef{{Name: "MICROSOFT.PERSONAL.NAME", Title: "Name", Summary: "A name."}},
	}
	l.Handler = openapitest.Check(t, "datamap", api.New(api.Deps{Planes: plane.Planes(), Auth: who, Log: log, Now: time.Now}))
	l.scan(1)
	return l
}

// scan lays both shelves into the map as a scan does.
func (l *library) scan(mark uint64) {
	l.Helper()
	for _, collection := range []string{"sales", "payroll"} {
		asset := model.Asset{
			Type: "shelf", Path: "wall", Name: "wall", Comment: "of wood", Facets: model.FacetExistence | model.FacetStructure | model.FacetClassification,
			Columns: []model.Column{{
				Name: "author", Type: "text", Ordinal: 1,
				Classes: []model.Class{{Name: "MICROSOFT.PERSONAL.NAME", Evidence: model.Evidence{Rule: "name", Version: 1}}},
			}},
			Measures: []model.Measure{{Name: "books", Value: 7}},
		}
		err := l.st.Update(l.Context(), store.Ingest, func(tx store.Tx) error {
			_, err := l.graph.Apply(l.Context(), tx, datamap.Facts{
				Source: collection, Collection: collection, Authority: "library://" + collection, Kind: &l.kind, Actor: "scan:" + collection + "/all",
				Assets: []model.Asset{asset}, Hashes: []model.Hash{model.HashOf("shelf", "library://"+collection+"/wall")}, Fingerprints: []uint64{mark},
			})
			return err
		})
		if err != nil {
			l.Fatal(err)
		}
	}
}

func (l *library) guids(collection string) (table, column string) {
	l.Helper()
	v, err := l.graph.ByName(context.Background(), "shelf", "library://"+collection+"/wall")
	if err != nil {
		l.Fatal(err)
	}
	return v.GUID, v.ColumnGUID(v.Asset.Columns[0].Number)
}

func (l *library) call(token, method, path, body string, want int) map[string]any {
	l.Helper()
	return l.ask(token, method, "/entity"+path, body, want)
}

func (l *library) ask(token, method, path, body string, want int) map[string]any {
	l.Helper()
	r := httptest.NewRequest(method, "/datamap/api/atlas/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	if w.Code != want {
		l.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	out := map[string]any{}
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			l.Fatal(err)
		}
	}
	return out
}

func (l *library) entity(guid string) map[string]any {
	l.Helper()
	e, _ := l.call(servertest.Token, "GET", "/guid/"+guid, "", 200)["entity"].(map[string]any)
	return e
}

func TestWhatIsReadCanBeSentBackWithWhatPeopleChanged(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	send := func(e map[string]any, want int) map[string]any {
		t.Helper()
		raw, err := json.Marshal(map[string]any{"entity": e, "referredEntities": map[string]any{}})
		if err != nil {
			t.Fatal(err)
		}
		return l.call(servertest.Token, "POST", "", string(raw), want)
	}
	for _, guid := range []string{table, column} {
		e := l.entity(guid)
		if got := send(e, 200); len(got["mutatedEntities"].(map[string]any)) != 0 {
			t.Fatalf("what was not changed was written: %v", got)
		}
		stale := l.entity(guid)
		attrs := e["attributes"].(map[string]any)
		attrs["userDescription"], attrs["displayName"] = "people wrote this", "Nice"
		e["contacts"] = map[string]any{"Owner": []any{map[string]any{"id": "kim", "info": "asks"}}}
		e["customAttributes"] = map[string]any{"tier": "1", "books": "99"}
		got := send(e, 200)
		if list := got["mutatedEntities"].(map[string]any)["UPDATE"].([]any); len(list) != 1 || list[0].(map[string]any)["guid"] != guid {
			t.Fatalf("%v", got)
		}
		e = l.entity(guid)
		attrs = e["attributes"].(map[string]any)
		said := fmt.Sprint(attrs["userDescription"], attrs["description"], attrs["displayName"], e["contacts"], e["customAttributes"], e["updatedBy"])
		for _, part := range []string{"people wrote this", "Nice", "kim", "tier:1", "user:admin"} {
			if !strings.Contains(said, part) {
				t.Errorf("%s is not in %s", part, said)
			}
		}
		if guid == table && !strings.Contains(said, "books:7") {
			t.Errorf("a measure was written over: %s", said)
		}
		stale["attributes"].(map[string]any)["userDescription"] = "over it"
		if got := send(stale, 409); got["errorCode"] != "ATLAS-409-00-001" {
			t.Errorf("%v", got)
		}
		e = l.entity(guid)
		e["attributes"].(map[string]any)["name"] = "renamed"
		if got := send(e, 400); got["errorCode"] != "ATLAS-400-00-01A" || got["requestId"] == "" {
			t.Errorf("%v", got)
		}
	}
	l.scan(2)
	if e := l.entity(column); e["attributes"].(map[string]any)["userDescription"] != "people wrote this" {
		t.Error("a scan wrote over it")
	}
}

func TestOneAttributeIsSetAndTakenAway(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	for _, guid := range []string{table, column} {
		path := "/guid/" + guid + "?name=userDescription"
		if got := l.call(servertest.Token, "PUT", path, `"short"`, 200); len(got["partialUpdatedEntities"].([]any)) != 1 {
			t.Errorf("%v", got)
		}
		if a := l.entity(guid)["attributes"].(map[string]any); a["userDescription"] != "short" {
			t.Errorf("%v", a)
		}
		l.call(servertest.Token, "PUT", path, `null`, 200)
		if a := l.entity(guid)["attributes"].(map[string]any); a["userDescription"] != nil {
			t.Errorf("%v", a)
		}
	}
	l.call(servertest.Token, "PUT", "/guid/"+table+"?name=userDescription", `7`, 400)
	l.call(servertest.Token, "PUT", "/uniqueAttribute/type/shelf?attr:qualifiedName=library://sales/wall", `{"entity":{"typeName":"shelf","attributes":{"displayName":"By name"}}}`, 200)
	if a := l.entity(table)["attributes"].(map[string]any); a["displayName"] != "By name" {
		t.Errorf("%v", a)
	}
}

func TestClassificationsAreGivenAndTakenByPeople(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	names := func(guid string) string {
		var out []string
		for _, c := range l.call(servertest.Token, "GET", "/guid/"+guid+"/classifications", "", 200)["list"].([]any) {
			out = append(out, c.(map[string]any)["typeName"].(string))
		}
		return strings.Join(out, " ")
	}
	l.call(servertest.Token, "POST", "/guid/"+table+"/classifications", `[{"typeName":"OURS"}]`, 204)
	l.call(servertest.Token, "POST", "/bulk/classification", `{"classification":{"typeName":"SHARED"},"entityGuids":["`+table+`","`+column+`"]}`, 204)
	l.call(servertest.Token, "DELETE", "/guid/"+column+"/classification/MICROSOFT.PERSONAL.NAME", "", 204)
	l.call(servertest.Token, "DELETE", "/guid/"+column+"/classification/NONE", "", 404)
	l.scan(3) // the rule says it again
	if names(table) != "OURS SHARED" || names(column) != "SHARED" {
		t.Errorf("%q, %q", names(table), names(column))
	}
	list, _ := l.entity(column)["classifications"].([]any)
	if len(list) != 1 {
		t.Errorf("the column shows %v", list)
	}
	// Who looks at it sees what was taken away, and can give it back: with the evidence of the rule.
	ours, _ := l.entity(column)["purlieu"].(map[string]any)
	if got := fmt.Sprint(ours["refused"]); got != "[map[rule:name typeName:MICROSOFT.PERSONAL.NAME]]" {
		t.Errorf("refused: %s", got)
	}
	l.call(servertest.Token, "POST", "/guid/"+column+"/classifications", `[{"typeName":"MICROSOFT.PERSONAL.NAME"}]`, 204)
	if e := l.entity(column); names(column) != "MICROSOFT.PERSONAL.NAME SHARED" || e["purlieu"] != nil || !strings.Contains(fmt.Sprint(e["classifications"]), "rule:name") {
		t.Errorf("%q, %v", names(column), e["classifications"])
	}
}

func TestWritesAreForCuratorsOfTheCollection(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	hidden, _ := l.guids("payroll")
	for _, c := range []struct{ method, path, body string }{
		{"POST", "", `{"entity":{"guid":"%s","attributes":{"userDescription":"x"}}}`},
		{"POST", "/bulk", `{"entities":[{"guid":"%s","attributes":{"userDescription":"x"}}]}`},
		{"PUT", "/guid/%s?name=userDescription", `"x"`},
		{"DELETE", "/guid/%s", ""},
		{"DELETE", "/bulk?guid=%s", ""},
		{"POST", "/guid/%s/classifications", `[{"typeName":"X"}]`},
		{"POST", "/bulk/classification", `{"classification":{"typeName":"X"},"entityGuids":["%s"]}`},
		{"DELETE", "/guid/%s/classification/MICROSOFT.PERSONAL.NAME", ""},
	} {
		for guid, want := range map[string]int{table: 403, column: 403, hidden: 404} {
			fill := func(s string) string { return strings.ReplaceAll(s, "%s", guid) }
			l.call(servertest.ReaderToken, c.method, fill(c.path), fill(c.body), want)
			l.call("stranger", c.method, fill(c.path), fill(c.body), 401)
		}
	}
	if a := l.entity(table)["attributes"].(map[string]any); a["userDescription"] != nil {
		t.Error("it was written all the same")
	}
	got := l.call(servertest.Token, "DELETE", "/guid/"+table, "", 200)
	if list := got["mutatedEntities"].(map[string]any)["DELETE"].([]any); list[0].(map[string]any)["status"] != "DELETED" {
		t.Errorf("%v", got)
	}
	l.call(servertest.Token, "DELETE", "/guid/"+column, "", 400)
	l.scan(1) // seen as it was: it is sent whole, and is back
	if e := l.entity(table); e["status"] != "ACTIVE" {
		t.Errorf("%v", e["status"])
	}
}
