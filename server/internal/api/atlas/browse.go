package atlas

import (
	"net/http"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
)

type browseBody struct {
	EntityType string `json:"entityType"`
	Path       string `json:"path"`
	Limit      *int   `json:"limit"`
	Offset     int    `json:"offset"`
	Token      string `json:"continuationToken"` // as a search's: goes on where an offset can't
}

// The bounds of a page that is browsed.
const (
	someBrowsed = 100
	maxBrowsed  = 10_000
	maxPath     = 16 << 10
)

// browse answers with the assets of a type, or with those one name below a path, by name. A path is only ever read: what
// lies there and may not be seen, or is not there, has nothing below it alike.
func (p *Plane) browse(w http.ResponseWriter, r *http.Request) error {
	var body browseBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	limit := someBrowsed
	if body.Limit != nil {
		limit = *body.Limit
	}
	if limit < 1 || limit > maxBrowsed || body.Offset < 0 || body.Offset > maxOffset {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "limit must be 1 to %d and offset 0 to %d", maxBrowsed, maxOffset).
			Try("Go on page by page with the continuationToken")
	}
	t, err := p.types(r)
	if err != nil {
		return err
	}
	q := search.Request{Offset: body.Offset, Order: []search.Order{{Field: search.ByName}}}
	switch {
	case (body.Path == "") == (body.EntityType == ""):
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "browse by an entityType, or below a path")
	case body.Path != "":
		hash, err := hashAt(body.Path)
		if err != nil {
			return err
		}
		below := search.Below(hash)
		q.Filter = &below
	default:
		q.Types = []string{body.EntityType}
	}
	if q.After, err = placeOf(body.Token); err != nil {
		return err
	}
	if q.Collections, err = p.readable(r); err != nil {
		return err
	}
	value, answer, parents := []any{}, map[string]any{}, t.parents()
	for limit > 0 {
		q.Limit = min(limit, maxHits)
		found, err := p.Search.Query(r.Context(), q)
		if err != nil {
			return err
		}
		for _, row := range found.Hits {
			v, err := datamap.Show(row)
			if err != nil {
				return err
			}
			value = append(value, t.browsed(v, !parents[row.Type]))
		}
		if !q.Uncounted {
			answer["@search.count"] = found.Count
		}
		limit -= q.Limit
		q.After, q.Offset, q.Uncounted = found.Next, 0, true
		if found.Next == "" {
			break
		}
	}
	if q.After != "" {
		answer["continuationToken"] = tokenOf(q.After)
	}
	answer["value"] = value
	api.Answer(w, http.StatusOK, answer)
	return nil
}

// browsed is an asset as it is browsed. A leaf is one below which nothing can lie, whatever does.
func (t types) browsed(v datamap.View, leaf bool) map[string]any {
	owners := []any{}
	for _, c := range people(v) {
		owners = append(owners, map[string]any{"id": c.ID, "displayName": c.Info, "mail": nil, "contactType": c.as}) // addresses are not kept
	}
	return map[string]any{
		"id": v.GUID, "name": v.Row.Name, "qualifiedName": v.Row.QualifiedName, "entityType": v.Row.Type, "path": t.path(v.Row.Type, v.Row.QualifiedName),
		"isLeaf": leaf, "owner": owners,
	}
}

// parents are the types below whose assets others can lie.
func (t types) parents() map[string]bool {
	out := map[string]bool{}
	for _, one := range t {
		out[one.def.Parent] = true
	}
	return out
}

// path is where an asset lies: "/type#name" for each name from its source's root on. The root is named by its whole qualified
// name, escaped; the others by their last names as they stand in it.
func (t types) path(typeName, qualifiedName string) string {
	var parts []string
	for {
		parent, cut := t[typeName].def.Parent, strings.LastIndexByte(qualifiedName, '/')
		if parent == "" || cut <= strings.Index(qualifiedName, "://")+len("//") {
			break
		}
		parts = append(parts, "/"+typeName+"#"+qualifiedName[cut+1:])
		typeName, qualifiedName = parent, qualifiedName[:cut]
	}
	parts = append(parts, "/"+typeName+"#"+model.EscapeName(qualifiedName))
	slices.Reverse(parts)
	return strings.Join(parts, "")
}

// hashAt is what a path leads to, whether it is there or not.
func hashAt(path string) (model.Hash, error) {
	bad := fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s is no path that was handed out", clip(path))
	rest, ok := strings.CutPrefix(path, "/")
	if !ok || len(path) > maxPath {
		return model.Hash{}, bad
	}
	typeName, qualifiedName := "", ""
	for part := range strings.SplitSeq(rest, "/") {
		kind, name, ok := strings.Cut(part, "#")
		if !ok || kind == "" || name == "" {
			return model.Hash{}, bad
		}
		if typeName = kind; qualifiedName == "" {
			qualifiedName = model.UnescapeName(name)
		} else {
			qualifiedName += "/" + name
		}
	}
	return model.HashOf(typeName, qualifiedName), nil
}
