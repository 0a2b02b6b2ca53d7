package scanning

import (
	"net/http"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

type filterBody struct {
	Properties struct {
		IncludeURIPrefixes []string `json:"includeUriPrefixes"`
		ExcludeURIPrefixes []string `json:"excludeUriPrefixes"`
		IncludeRegexes     []string `json:"includeRegexes"`
		ExcludeRegexes     []string `json:"excludeRegexes"`
	} `json:"properties"`
}

func (p *Plane) putFilter(w http.ResponseWriter, r *http.Request) error {
	var body filterBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if len(body.Properties.IncludeRegexes)+len(body.Properties.ExcludeRegexes) > 0 {
		return fault.New(fault.Unsupported, "RegexFilters", "filters by regular expression are not served yet").
			Try("Use prefixes; '*' and '?' stand for characters within one name")
	}
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return err
	}
	src, err := p.Definitions.Source(r.Context(), sc.Source)
	if err != nil {
		return err
	}
	var scope model.Scope
	if scope.Include, err = pathsBelow(src.Authority, body.Properties.IncludeURIPrefixes); err != nil {
		return err
	}
	if scope.Exclude, err = pathsBelow(src.Authority, body.Properties.ExcludeURIPrefixes); err != nil {
		return err
	}
	created, err := p.Definitions.SetScope(r.Context(), sc.Source, sc.Name, scope)
	if err != nil {
		return err
	}
	sc.Scope = scope
	api.Answer(w, written(created), filterAnswer(sc, src))
	return nil
}

func (p *Plane) getFilter(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.ReadScan)
	if err != nil {
		return err
	}
	if !scan.HasFilter(sc) {
		return scan.NotFound("filter", "custom")
	}
	src, err := p.Definitions.Source(r.Context(), sc.Source)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, filterAnswer(sc, src))
	return nil
}

// pathsBelow turns published prefixes, which are qualified names, into paths below the source.
func pathsBelow(authority string, prefixes []string) ([]string, error) {
	var paths []string
	root := strings.TrimSuffix(authority, "/")
	for _, prefix := range prefixes {
		path := strings.TrimSuffix(prefix, "/")
		switch {
		case path == root:
			path = ""
		case strings.HasPrefix(path, root+"/"):
			path = path[len(root)+1:]
		default:
			return nil, fault.New(fault.Invalid, "BadFilter", "%q is not below this source", clip(prefix)).
				Try("Begin prefixes with %s/", root)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func filterAnswer(sc model.Scan, src model.Source) map[string]any {
	return map[string]any{
		"id": scanID(sc) + "/filters/custom", "name": "custom",
		"properties": map[string]any{
			"includeUriPrefixes": prefixesOf(src.Authority, sc.Scope.Include),
			"excludeUriPrefixes": prefixesOf(src.Authority, sc.Scope.Exclude),
			"includeRegexes":     nil, "excludeRegexes": nil,
		},
	}
}

func prefixesOf(authority string, paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = model.QualifiedName(authority, path)
	}
	return out
}
