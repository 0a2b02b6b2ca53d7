package scanning

import (
	"errors"
	"net/http"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

type sourceBody struct {
	Kind       string     `json:"kind"`
	Properties properties `json:"properties"`
}

func (p *Plane) putSource(w http.ResponseWriter, r *http.Request) error {
	var body sourceBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if body.Kind == "" {
		return fault.New(fault.Invalid, "BadRequest", "a source needs a kind")
	}
	kind, err := p.Definitions.Kind(r.Context(), body.Kind)
	if err != nil {
		return err
	}
	src, err := sourceFrom(r.PathValue("source"), kind, body.Properties)
	if err != nil {
		return err
	}
	if err := p.mayReplaceSource(r, src); err != nil {
		return err
	}
	src, created, err := p.Definitions.PutSource(r.Context(), src)
	if err != nil {
		return p.nameHolder(r, err)
	}
	api.Answer(w, written(created), sourceAnswer(src, kind))
	return nil
}

func sourceFrom(name string, kind model.Kind, props properties) (model.Source, error) {
	src := model.Source{Name: name, Kind: kind.Name}
	var err error
	if src.Collection, err = props.collection(); err != nil {
		return src, err
	}
	if src.Settings, err = props.settings(kind.Settings); err != nil {
		return src, err
	}
	var authority string
	if err := props.take(scan.SettingAuthority, &authority); err != nil {
		return src, err
	}
	if authority != "" {
		src.Settings[scan.SettingAuthority] = authority
	}
	if err := props.take("purlieuBudget", &src.Budget); err != nil {
		return src, err
	}
	if err := props.takeWhole("purlieuWindows", &src.Windows); err != nil {
		return src, err
	}
	src.Wire = props.rest()
	return src, nil
}

// mayReplaceSource asks for the new collection and, where the name is taken, for the one that the source is in.
func (p *Plane) mayReplaceSource(r *http.Request, src model.Source) error {
	if err := p.may(r, access.WriteSource, src.Collection); err != nil {
		return err
	}
	old, err := p.Definitions.Source(r.Context(), src.Name)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	}
	if err := p.may(r, access.WriteSource, old.Collection); err != nil {
		if fault.Is(err, fault.Denied) {
			return fault.New(fault.Conflict, "NameTaken", "the name %q is taken", src.Name).Try("Use another name")
		}
		return err
	}
	return nil
}

// nameHolder adds to a conflict the source that has the authority, when the caller may see that one.
func (p *Plane) nameHolder(r *http.Request, err error) error {
	var taken *scan.AuthorityTaken
	var f *fault.Error
	if errors.As(err, &taken) && errors.As(err, &f) && p.may(r, access.ReadSource, taken.Collection) == nil {
		return fault.New(f.Kind, f.Code, "%s: %q", f.Text, taken.Source).Try("%s", f.Remedy)
	}
	return err
}

// visibleSource is a source that the caller may do something with.
func (p *Plane) visibleSource(r *http.Request, a access.Action) (model.Source, error) {
	name := r.PathValue("source")
	src, err := p.Definitions.Source(r.Context(), name)
	if err != nil {
		return src, err
	}
	if err := p.may(r, access.ReadSource, src.Collection); err != nil {
		return src, hide(err, "source", name)
	}
	if a == access.ReadSource {
		return src, nil
	}
	return src, p.may(r, a, src.Collection)
}

func (p *Plane) getSource(w http.ResponseWriter, r *http.Request) error {
	src, err := p.visibleSource(r, access.ReadSource)
	if err != nil {
		return err
	}
	kind, err := p.Definitions.Kind(r.Context(), src.Kind)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, sourceAnswer(src, kind))
	return nil
}

func (p *Plane) deleteSource(w http.ResponseWriter, r *http.Request) error {
	src, err := p.visibleSource(r, access.WriteSource)
	if err != nil {
		return err
	}
	if err := p.Definitions.DeleteSource(r.Context(), src.Name); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}

func (p *Plane) listSources(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadSource)
	if err != nil {
		return err
	}
	kinds, err := p.kindsByName(r)
	if err != nil {
		return err
	}
	var value []any
	next := at.After
	for {
		sources, after, err := p.Definitions.ListSources(r.Context(), next, at.Limit-len(value))
		if err != nil {
			return err
		}
		for _, src := range sources {
			if slices.Contains(readable, src.Collection) {
				value = append(value, sourceAnswer(src, kinds[src.Kind]))
			}
		}
		if next = after; next == "" || len(value) >= at.Limit {
			api.Answer(w, http.StatusOK, list(r, value, next))
			return nil
		}
	}
}

func (p *Plane) kindsByName(r *http.Request) (map[string]model.Kind, error) {
	kinds, err := p.Definitions.Kinds(r.Context())
	out := make(map[string]model.Kind, len(kinds))
	for _, k := range kinds {
		out[k.Name] = k
	}
	return out, err
}

func sourceAnswer(src model.Source, kind model.Kind) map[string]any {
	props := map[string]any{}
	fill(props, src.Wire, kind.Settings, src.Settings)
	modified := api.Time(src.Modified)
	props["createdAt"], props["lastModifiedAt"] = api.Time(src.Created), modified
	props["collection"] = collectionOf(src.Collection, modified)
	props["dataSourceCollectionMovingState"] = "Active"
	props["parentCollection"] = nil
	props[scan.SettingAuthority] = src.Authority
	if src.Budget != (model.Budget{}) {
		props["purlieuBudget"] = src.Budget
	}
	if len(src.Windows) > 0 {
		props["purlieuWindows"] = src.Windows
	}
	return map[string]any{"id": src.ID, "name": src.Name, "kind": src.Kind, "creationType": "Manual", "properties": props}
}
