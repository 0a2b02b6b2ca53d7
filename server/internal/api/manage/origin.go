package manage

import (
	"net/http"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// origin is where an asset comes from: its source, what it stands in, and the newest run that saw it.
type origin struct {
	Source     string      `json:"source"`     // "" when no scan made it
	SourceOpen bool        `json:"sourceOpen"` // the caller may read the source
	Above      []container `json:"above"`      // the outermost first, without what the caller may not read
	Seen       *seen       `json:"seen"`       // null where no run is known to have seen it
}

// container is an asset that another stands in.
type container struct {
	GUID          string `json:"guid"`
	Type          string `json:"type"`
	Name          string `json:"name"`
	QualifiedName string `json:"qualifiedName"`
}

// seen is when a run saw an asset, at the latest unless it is whole.
type seen struct {
	At    time.Time `json:"at"`
	Scan  string    `json:"scan"`
	Run   *string   `json:"run"`   // null where the caller may not read it
	Whole bool      `json:"whole"` // the run surely saw it
}

func (p *Plane) origin(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	v, err := p.visibleAsset(r)
	if err != nil {
		return err
	}
	out := origin{Source: v.Row.Source, Above: []container{}}
	if out.SourceOpen, err = p.opens(r, v.Row.Source); err != nil {
		return err
	}
	if out.Above, err = p.above(r); err != nil {
		return err
	}
	if out.Seen, err = p.seen(r, v.GUID); err != nil {
		return err
	}
	return answer(w, http.StatusOK, out)
}

// opens tells whether the caller may read a source; one that is gone nobody may.
func (p *Plane) opens(r *http.Request, source string) (bool, error) {
	if source == "" {
		return false, nil
	}
	src, err := p.Sources.Source(r.Context(), source)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err == nil {
		err = p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.ReadSource, src.Collection)
	}
	if fault.Is(err, fault.Denied) {
		return false, nil
	}
	return err == nil, err
}

func (p *Plane) above(r *http.Request) ([]container, error) {
	kinds, err := p.Sources.Kinds(r.Context())
	if err != nil {
		return nil, err
	}
	parents := map[string]string{}
	for _, k := range kinds {
		for _, def := range k.Types {
			parents[def.Name] = def.Parent
		}
	}
	readable, err := p.readable(r)
	if err != nil {
		return nil, err
	}
	views, err := p.Map.Above(r.Context(), r.PathValue("guid"), func(typeName string) string { return parents[typeName] })
	if err != nil {
		return nil, err
	}
	out := []container{}
	for _, up := range views {
		if slices.Contains(readable, up.Row.Collection) && !up.Row.Deleted {
			out = append(out, container{up.GUID, up.Row.Type, up.Row.Name, up.Row.QualifiedName})
		}
	}
	return out, nil
}

func (p *Plane) seen(r *http.Request, guid string) (*seen, error) {
	s, ok, err := p.Runs.Seen(r.Context(), guid)
	if err != nil || !ok {
		return nil, err
	}
	out := &seen{At: s.At.UTC(), Scan: s.Scan, Whole: s.Whole}
	err = api.VisibleRun(r, p.Decider, s.Collection, scan.NotFound("run", s.Run))
	if err == nil {
		out.Run = &s.Run
	}
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return out, err
}
