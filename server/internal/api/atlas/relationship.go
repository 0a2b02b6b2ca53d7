package atlas

import (
	"context"
	"net/http"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// Relater reads and writes single edges of lineage; datamap.Service is one.
type Relater interface {
	Relation(ctx context.Context, guid string) (datamap.Relation, error)
	Relate(ctx context.Context, actor, process, far string, input bool) (guid string, err error)
	Cut(ctx context.Context, actor, guid string) error
}

// The relationships that lineage is made of, as published. In the first the data set is end 1, in the second the process.
const (
	relationInput  = "dataset_process_inputs"
	relationOutput = "process_dataset_outputs"
)

func noEdge(guid string) error {
	return fault.New(fault.NotFound, "ATLAS-404-00-00D", "no relationship has the guid %s", clip(guid))
}

// relation finds an edge of which the caller may see both ends.
func (p *Plane) relation(r *http.Request, guid string) (datamap.Relation, error) {
	e, err := p.Edges.Relation(r.Context(), guid)
	switch {
	case fault.Is(err, fault.NotFound):
		return e, noEdge(guid)
	case fault.Is(err, fault.Invalid):
		return e, fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s is not a guid", clip(guid))
	case err != nil:
		return e, err
	}
	for _, end := range []datamap.View{e.Process, e.Far} {
		if err := p.visible(r, end, noEdge(guid)); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (p *Plane) getRelationship(w http.ResponseWriter, r *http.Request) error {
	e, err := p.relation(r, r.PathValue("guid"))
	if err != nil {
		return err
	}
	referred := map[string]any{}
	if strings.EqualFold(r.URL.Query().Get("extendedInfo"), "true") {
		types, err := p.types(r)
		if err != nil {
			return err
		}
		for _, end := range []datamap.View{e.Process, e.Far} {
			referred[end.GUID] = putClasses(end, types.header(end))
		}
	}
	api.Answer(w, http.StatusOK, map[string]any{"relationship": relationship(e), "referredEntities": referred})
	return nil
}

// deleteRelationship takes an edge away. One that scans send stays away.
func (p *Plane) deleteRelationship(w http.ResponseWriter, r *http.Request) error {
	e, err := p.relation(r, r.PathValue("guid"))
	if err != nil {
		return err
	}
	who := api.PrincipalOf(r)
	if err := p.Decider.Allow(r.Context(), who, access.WriteData, e.Process.Row.Collection); err != nil {
		return err
	}
	if err := p.Edges.Cut(r.Context(), who.ID, e.GUID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// postRelationship makes an edge of a process that a person made, or takes back that one of a scan was taken away.
func (p *Plane) postRelationship(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		TypeName string    `json:"typeName"`
		End1     reference `json:"end1"`
		End2     reference `json:"end2"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	data, process := body.End1, body.End2
	switch body.TypeName {
	case "":
		return badBody("typeName, end1 and end2")
	case relationInput:
	case relationOutput:
		data, process = process, data
	default:
		return fault.New(fault.Unsupported, "ATLAS-501-00-001", "relationships of the type %s can't be made", clip(body.TypeName)).
			Try("Use %s or %s", relationInput, relationOutput)
	}
	far, err := p.referred(r, data)
	if err != nil {
		return err
	}
	through, err := p.referred(r, process)
	if err != nil {
		return err
	}
	who := api.PrincipalOf(r)
	if err := p.Decider.Allow(r.Context(), who, access.WriteData, through.Row.Collection); err != nil {
		return err
	}
	guid, err := p.Edges.Relate(r.Context(), who.ID, guidOf(through), guidOf(far), body.TypeName == relationInput)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "ATLAS-400-00-01A", "%s is no process, or one of both is deleted", guidOf(through))
	}
	if err != nil {
		return err
	}
	e, err := p.Edges.Relation(r.Context(), guid)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, relationship(e))
	return nil
}

func relationship(e datamap.Relation) map[string]any {
	end := func(v datamap.View) map[string]any {
		return map[string]any{"guid": v.GUID, "typeName": v.Row.Type, "uniqueAttributes": map[string]any{"qualifiedName": v.Row.QualifiedName}}
	}
	out := map[string]any{
		"guid": e.GUID, "typeName": relationOutput, "end1": end(e.Process), "end2": end(e.Far), "label": "__Process.outputs",
		"attributes": map[string]any{}, "status": "ACTIVE", "version": 0, "createdBy": e.Process.Row.CreatedBy, "updatedBy": e.Process.Row.ModifiedBy,
		"createTime": api.Millis(e.Process.Row.Created), "updateTime": api.Millis(e.Process.Row.Modified),
	}
	if e.Input {
		out["typeName"], out["end1"], out["end2"], out["label"] = relationInput, end(e.Far), end(e.Process), "__Process.inputs"
	}
	return out
}
