package manage

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// twin is another source that may be the same one, and what a person can do about it.
type twin struct {
	Source string      `json:"source"`
	By     scan.TwinBy `json:"by"`
	Text   string      `json:"text"`
	Remedy string      `json:"remedy"`
}

// twins lists which other sources may be the source that the path names. Those that the caller may not see are not told.
func (p *Plane) twins(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	name := r.PathValue("source")
	src, err := p.Sources.Source(r.Context(), name)
	if err == nil {
		err = api.Visible(r, p.Decider, access.ReadSource, src.Collection, scan.NotFound("source", name))
	}
	if err != nil {
		return err
	}
	readable, err := p.Decider.CollectionsFor(r.Context(), who, access.ReadSource)
	if err != nil {
		return err
	}
	list, err := p.Sources.Twins(r.Context(), name, func(collection string) bool { return slices.Contains(readable, collection) })
	if err != nil {
		return err
	}
	value := []twin{}
	for _, t := range list {
		value = append(value, twinOf(t))
	}
	return answer(w, http.StatusOK, page{Value: value})
}

// assetsOf says how a person finds the assets that a source leaves, and takes them away.
const assetsOf = "See them: purlieu search --source NAME; take them away: purlieu asset delete"

func twinOf(t scan.Twin) twin {
	out := twin{Source: t.Source, By: t.By}
	switch t.By {
	case scan.TwinByIdentity:
		out.Text = fmt.Sprintf("The source %s says of itself that it is the same system", t.Source)
		out.Remedy = "What scans of both read stands in the map twice. Keep one: delete the other with its scans, and then " +
			"its assets, which stay in the map. " + assetsOf + ". Where one is a copy or a replica that is to be in the map too, keep both"
	case scan.TwinByAddress:
		out.Text = fmt.Sprintf("The source %s is reached at the same address", t.Source)
		out.Remedy = "If the address means one system to both, delete one of the two, and the assets of it that are in the map. " + assetsOf +
			". In different networks it may be two systems, keep both then. What each says that it is will be known when both were scanned"
	}
	return out
}
