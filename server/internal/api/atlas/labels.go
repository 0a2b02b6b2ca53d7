package atlas

import (
	"net/http"
	"slices"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// The ways in which labels that were sent join those that are there.
func setLabels(_, sent []string) []string   { return sent }
func addLabels(had, sent []string) []string { return slices.Concat(had, sent) }
func dropLabels(had, sent []string) []string {
	return slices.DeleteFunc(slices.Clone(had), func(l string) bool { return slices.Contains(sent, l) })
}

// labels handles a list of labels for one entity or column.
func (p *Plane) labels(join func(had, sent []string) []string) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.byGUID(r, r.PathValue("guid"))
		if err != nil {
			return err
		}
		who := api.PrincipalOf(r)
		if err := p.Decider.Allow(r.Context(), who, access.WriteData, v.Row.Collection); err != nil {
			return err
		}
		var sent []string
		if err := api.Read(r, &sent); err != nil {
			return err
		}
		next := join(v.Written().Labels, sent)
		if _, err := p.Edit.Edit(r.Context(), who.ID, []datamap.Edit{{GUID: guidOf(v), Version: v.Row.Version, Labels: &next}}); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}
