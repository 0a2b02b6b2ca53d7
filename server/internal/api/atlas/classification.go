package atlas

import (
	"encoding/json"
	"net/http"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// given is a classification as clients send it.
type given struct {
	TypeName   string                     `json:"typeName"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	Periods    []json.RawMessage          `json:"validityPeriods"`
}

// check refuses what a classification can't keep: it has a name, and nothing beside it.
func (g given) check() error {
	if g.TypeName == "" {
		return badBody("the typeName of each classification")
	}
	if len(g.Attributes)+len(g.Periods) > 0 {
		return fault.New(fault.Unsupported, "ATLAS-501-00-001", "attributes and validityPeriods of a classification can't be kept").Try("Send its typeName alone")
	}
	return nil
}

func (p *Plane) getClassifications(w http.ResponseWriter, r *http.Request) error {
	guid := r.PathValue("guid")
	v, err := p.byGUID(r, guid)
	if err != nil {
		return err
	}
	list, _ := shownClasses(v, guid, v.OwnClasses())
	api.Answer(w, http.StatusOK, map[string]any{"list": list, "startIndex": 0, "pageSize": len(list), "totalCount": len(list), "sortType": "NONE"})
	return nil
}

func (p *Plane) postClassifications(w http.ResponseWriter, r *http.Request) error {
	var body []given
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if len(body) == 0 {
		return badBody("classifications")
	}
	names := make([]string, len(body))
	for i, g := range body {
		if err := g.check(); err != nil {
			return err
		}
		names[i] = g.TypeName
	}
	return p.classify(w, r, []string{r.PathValue("guid")}, names, nil)
}

func (p *Plane) postBulkClassification(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Classification given    `json:"classification"`
		Guids          []string `json:"entityGuids"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if len(body.Guids) == 0 || len(body.Guids) > maxBulk {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the body needs 1 to %d entityGuids", maxBulk)
	}
	if err := body.Classification.check(); err != nil {
		return err
	}
	return p.classify(w, r, body.Guids, []string{body.Classification.TypeName}, nil)
}

func (p *Plane) deleteClassification(w http.ResponseWriter, r *http.Request) error {
	return p.classify(w, r, []string{r.PathValue("guid")}, nil, []string{r.PathValue("classification")})
}

// classify gives classifications to entities or takes them away. One that a rule gave is refused to that rule.
func (p *Plane) classify(w http.ResponseWriter, r *http.Request, guids, give, take []string) error {
	if _, err := p.asking().writable(r, guids); err != nil {
		return err
	}
	var edits []datamap.Edit
	for _, guid := range guids {
		edits = append(edits, datamap.Edit{GUID: guid, Give: give, Take: take})
	}
	_, err := p.Edit.Edit(r.Context(), api.PrincipalOf(r).ID, edits)
	if fault.CodeOf(err) == "NoClassification" {
		return fault.New(fault.NotFound, "ATLAS-404-00-00E", "the entity %s has no classification %s", clip(guids[0]), clip(take[0]))
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// putClasses shows the classes of what a view names on its header.
func putClasses(v datamap.View, header map[string]any) map[string]any {
	guid, _ := header["guid"].(string)
	header["classifications"], header["classificationNames"] = shownClasses(v, guid, v.OwnClasses())
	return header
}

// shownClasses are classes as clients read them; one that a person gave has no evidence.
func shownClasses(v datamap.View, guid string, classes []model.Class) (list []any, names []string) {
	list, names = []any{}, []string{}
	for _, c := range classes {
		entry := map[string]any{"typeName": c.Name, "entityGuid": guid, "entityStatus": status(v), "attributes": map[string]any{}}
		if c.Evidence.Rule != "" {
			entry["purlieu"] = map[string]any{"evidence": c.Evidence}
		}
		list, names = append(list, entry), append(names, c.Name)
	}
	return list, names
}
