package atlas

import (
	"net/http"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
)

func (p *Plane) deleteEntity(w http.ResponseWriter, r *http.Request) error {
	return p.remove(w, r, []string{r.PathValue("guid")})
}

func (p *Plane) deleteBulk(w http.ResponseWriter, r *http.Request) error {
	guids := r.URL.Query()["guid"]
	if len(guids) == 0 || len(guids) > maxBulk {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the query needs 1 to %d guids", maxBulk)
	}
	return p.remove(w, r, guids)
}

func (p *Plane) deleteByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	return p.remove(w, r, []string{guidOf(v)})
}

// remove deletes entities; all of them or none. A scan that sees one again brings it back.
func (p *Plane) remove(w http.ResponseWriter, r *http.Request, guids []string) error {
	views, err := p.asking().writable(r, guids)
	if err != nil {
		return err
	}
	for i, v := range views {
		guids[i] = guidOf(v)
	}
	if err := p.Remove.DeleteAssets(r.Context(), guids, api.PrincipalOf(r).ID); err != nil {
		return err
	}
	types, err := p.types(r)
	if err != nil {
		return err
	}
	deleted, assigned := []any{}, map[string]any{}
	gone, err := p.Map.Plain(r.Context(), guids)
	if err != nil {
		return err
	}
	for _, v := range gone {
		deleted, assigned[v.GUID] = append(deleted, putClasses(v, types.header(v))), v.GUID
	}
	api.Answer(w, http.StatusOK, map[string]any{
		"mutatedEntities": map[string]any{"DELETE": deleted}, "guidAssignments": assigned, "partialUpdatedEntities": []any{},
	})
	return nil
}
