package manage

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Map is what the plane reads of the data map; datamap.Service is one.
type Map interface {
	ByGUID(ctx context.Context, guid string) (datamap.View, error)
	// Above gives what an asset stands in, the outermost first.
	Above(ctx context.Context, guid string, parentOf func(typeName string) string) ([]datamap.View, error)
	Rows(ctx context.Context, ids []int64, names []datamap.Name) ([]datamap.View, error)
	Children(ctx context.Context, guid, after string, limit int) (views []datamap.View, next string, err error)
	History(ctx context.Context, guid string, before int64, limit int) ([]datamap.Change, error)
	MeasuresOf(ctx context.Context, guid string, limit int) ([]datamap.MeasureRow, error)
	Changes(ctx context.Context, q datamap.ChangeQuery, after string, limit int) ([]datamap.Changed, string, error)
}

func (p *Plane) assetRoutes() []api.Route {
	routes := []api.Route{
		{Method: "GET", Pattern: "/assets/{guid}/children", Handler: p.as(p.children)},
		{Method: "GET", Pattern: "/assets/{guid}/measures", Handler: p.as(p.measures)},
		{Method: "GET", Pattern: "/assets/{guid}/history", Handler: p.as(p.history)},
	}
	if p.Sources != nil && p.Runs != nil {
		routes = append(routes, api.Route{Method: "GET", Pattern: "/assets/{guid}/origin", Handler: p.as(p.origin)})
	}
	if p.Sources != nil {
		routes = append(routes, api.Route{Method: "GET", Pattern: "/assets", Handler: p.as(p.called)})
	}
	return routes
}

// asset is an asset in a list.
type asset struct {
	GUID          string    `json:"guid"`
	Type          string    `json:"type"`
	Name          string    `json:"name"`
	QualifiedName string    `json:"qualifiedName"`
	Collection    string    `json:"collection"`
	Source        string    `json:"source"` // "" when no scan made it
	Comment       string    `json:"comment"`
	Columns       int       `json:"columns"`
	Deleted       bool      `json:"deleted"`
	Version       int64     `json:"version"`
	Modified      time.Time `json:"modified"`
}

func assetOf(v datamap.View) asset {
	return asset{
		GUID: v.GUID, Type: v.Row.Type, Name: v.Row.Name, QualifiedName: v.Row.QualifiedName, Collection: v.Row.Collection,
		Source: v.Row.Source, Comment: v.Asset.Comment, Columns: len(v.Asset.Columns), Deleted: v.Row.Deleted, Version: v.Row.Version,
		Modified: v.Row.Modified,
	}
}

// visibleAsset is the asset that the path names, when the caller may read it.
func (p *Plane) visibleAsset(r *http.Request) (datamap.View, error) {
	guid := r.PathValue("guid")
	v, err := p.Map.ByGUID(r.Context(), guid)
	if fault.Is(err, fault.NotFound) {
		err = scan.NotFound("asset", guid)
	}
	if err != nil {
		return v, err
	}
	return v, api.Visible(r, p.Decider, access.ReadData, v.Row.Collection, scan.NotFound("asset", guid))
}

// readable are the collections in which the caller may read data.
func (p *Plane) readable(r *http.Request) ([]string, error) {
	return p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadData)
}

// called lists the assets of a qualified name: at most one of each type, deleted ones too, which no search finds. One that the
// caller may not read is as little there as one that never was.
func (p *Plane) called(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	name := r.URL.Query().Get("qualifiedName")
	if name == "" {
		return fault.New(fault.Invalid, "NoName", "no qualifiedName is given").Try("Ask for one; words are searched for in /datamap/api/search/query")
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	kinds, err := p.Sources.Kinds(r.Context())
	if err != nil {
		return err
	}
	names := []datamap.Name{{Type: datamap.TypeDataSet, QualifiedName: name}, {Type: datamap.TypeProcess, QualifiedName: name}}
	for _, kind := range kinds {
		for _, def := range kind.Types {
			names = append(names, datamap.Name{Type: def.Name, QualifiedName: name})
		}
	}
	views, err := p.Map.Rows(r.Context(), nil, names)
	if err != nil {
		return err
	}
	value := []asset{}
	for _, v := range views {
		if slices.Contains(readable, v.Row.Collection) {
			value = append(value, assetOf(v))
		}
	}
	return answer(w, http.StatusOK, page{Value: value})
}

// children lists what stands one name below an asset, by name. A page may be short where the caller may not see all.
func (p *Plane) children(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	v, err := p.visibleAsset(r)
	if err != nil {
		return err
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	views, next, err := p.Map.Children(r.Context(), v.GUID, at.After, at.Limit)
	if err != nil {
		return err
	}
	value := []asset{}
	for _, child := range views {
		if slices.Contains(readable, child.Row.Collection) {
			value = append(value, assetOf(child))
		}
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}

// day is the measures of an asset on one day.
type day struct {
	Day      string           `json:"day"` // in UTC
	Measures map[string]int64 `json:"measures"`
}

const maxDays = 400

func (p *Plane) measures(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxDays)
	if err != nil {
		return err
	}
	v, err := p.visibleAsset(r)
	if err != nil {
		return err
	}
	rows, err := p.Map.MeasuresOf(r.Context(), v.GUID, at.Limit)
	if err != nil {
		return err
	}
	value := []day{}
	for _, row := range rows {
		d := day{time.Unix(int64(row.Day)*86400, 0).UTC().Format(time.DateOnly), map[string]int64{}}
		for _, m := range row.Measures {
			d.Measures[m.Name] = m.Value
		}
		value = append(value, d)
	}
	return answer(w, http.StatusOK, page{Value: value})
}

// change is one entry of an asset's history.
type change struct {
	Version int64           `json:"version"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"` // a person, or scan:<source>/<scan>
	Verb    string          `json:"verb"`  // created, updated, deleted, revived
	Diff    json.RawMessage `json:"differences"`
}

func changeOf(c datamap.Change) change {
	out := change{Version: c.Version, At: c.At, Actor: c.Actor, Verb: c.Verb, Diff: json.RawMessage("[]")}
	if len(c.Diff) > 0 {
		out.Diff = c.Diff
	}
	return out
}

// history lists what was done to an asset, newest first, with what differed.
func (p *Plane) history(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	before, err := after(at)
	if err != nil {
		return err
	}
	v, err := p.visibleAsset(r)
	if err != nil {
		return err
	}
	changes, err := p.Map.History(r.Context(), v.GUID, before, at.Limit)
	if err != nil {
		return err
	}
	value, next := []change{}, ""
	for _, c := range changes {
		value = append(value, changeOf(c))
	}
	if len(changes) > 0 && len(changes) >= at.Limit {
		next = strconv.FormatInt(changes[len(changes)-1].Version, 10)
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}

// changed is an asset with what a run did to it.
type changed struct {
	Asset  asset  `json:"asset"`
	Change change `json:"change"`
}

// changes lists what a run changed in the map: ?verb narrows it to created, updated, deleted or revived. What the caller
// may not read is not there; how much the run changed in all is in its counts.
func (p *Plane) changes(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	v, err := p.visibleRun(r)
	if err != nil {
		return err
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	q := datamap.ChangeQuery{Actor: "scan:" + v.Source + "/" + v.Scan, Verb: r.URL.Query().Get("verb"), From: v.From, Until: v.Until}
	list, next, err := p.Map.Changes(r.Context(), q, at.After, at.Limit)
	if err != nil {
		return err
	}
	value := []changed{}
	for _, c := range list {
		if slices.Contains(readable, c.View.Row.Collection) {
			value = append(value, changed{assetOf(c.View), changeOf(c.Change)})
		}
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}
