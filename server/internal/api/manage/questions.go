package manage

import (
	"context"
	"net/http"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Questions puts people's questions to nodes: whether a connection to a source comes about, and which names it has.
type Questions interface {
	Source(ctx context.Context, name string) (model.Source, error)
	Scan(ctx context.Context, source, name string) (model.Scan, error)
	// Ask waits for a node's answer, less than a minute. What the node or the source says against it is in the answer;
	// NotFound, Invalid and fault.Unreachable (RuntimeOffline, NodeSilent) when nobody could be asked.
	Ask(ctx context.Context, question scan.Question) (fleet.Answer, error)
}

func (p *Plane) questionRoutes() []api.Route {
	return []api.Route{
		{Method: "POST", Pattern: "/datasources/{source}/test", Handler: p.as(p.testSource)},
		{Method: "POST", Pattern: "/datasources/{source}/browse", Handler: p.as(p.browseSource)},
	}
}

// question is what may be said of a question, in either operation; all of it is optional.
type question struct {
	Scan       string         `json:"scan"` // lends runtime, credential and settings
	Runtime    string         `json:"runtime"`
	Credential string         `json:"credential"`
	Settings   model.Settings `json:"settings"` // of a scan
}

// asked reads a question about the source that the path names. Whoever may write scans on the source may ask: a scan
// would reach it in the same way. A source or a scan that the caller may not see is not there.
func (p *Plane) asked(w http.ResponseWriter, r *http.Request, who access.Principal, body any, read func() scan.Question) (scan.Question, error) {
	name := r.PathValue("source")
	if err := decode(w, r, body); err != nil {
		return scan.Question{}, err
	}
	src, err := p.Questions.Source(r.Context(), name)
	if err == nil {
		err = api.Visible(r, p.Decider, access.ReadSource, src.Collection, scan.NotFound("source", name))
	}
	if err == nil {
		err = p.Decider.Allow(r.Context(), who, access.WriteScan, src.Collection)
	}
	q := read()
	q.Source = name
	if err != nil || q.Scan == "" {
		return q, err
	}
	sc, err := p.Questions.Scan(r.Context(), name, q.Scan)
	if err != nil {
		return q, err
	}
	return q, api.Visible(r, p.Decider, access.WriteScan, sc.Collection, scan.NotFound("scan", name+"/"+q.Scan))
}

// trouble is why a question has no whole answer.
type trouble struct {
	Kind   string `json:"kind"` // of the fault: Unreachable, Denied, …
	Code   string `json:"code"`
	Text   string `json:"text"`
	Remedy string `json:"remedy"`
}

// tested is a test of a connection. A test that fails is an answer, not an error.
type tested struct {
	OK      bool         `json:"ok"`
	Node    string       `json:"node"` // that tried it
	Steps   []fleet.Step `json:"steps"`
	Problem *trouble     `json:"problem"` // null when all is well
}

func (p *Plane) testSource(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	var body question
	q, err := p.asked(w, r, who, &body, func() scan.Question {
		return scan.Question{Scan: body.Scan, Runtime: body.Runtime, Credential: body.Credential, Settings: body.Settings}
	})
	if err != nil {
		return err
	}
	a, err := p.Questions.Ask(r.Context(), q)
	if err != nil {
		return err
	}
	out := tested{OK: a.Failure == nil, Node: a.Node, Steps: a.Steps}
	if out.Steps == nil {
		out.Steps = []fleet.Step{}
	}
	if f := a.Failure; f != nil {
		out.Problem = &trouble{Kind: f.Kind.String(), Code: f.Code, Text: f.Text, Remedy: f.Remedy}
	}
	return answer(w, http.StatusOK, out)
}

// named is one name of a level.
type named struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Path string `json:"path"` // to browse below, and to narrow a scan to
}

// listed is one level of names.
type listed struct {
	Node  string  `json:"node"`
	Value []named `json:"value"`
	More  bool    `json:"more"` // the list was cut
}

func (p *Plane) browseSource(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	var body struct {
		question
		Path string `json:"path"`
	}
	q, err := p.asked(w, r, who, &body, func() scan.Question {
		return scan.Question{
			Scan: body.Scan, Runtime: body.Runtime, Credential: body.Credential, Settings: body.Settings, Browse: true, Path: body.Path,
		}
	})
	if err != nil {
		return err
	}
	a, err := p.Questions.Ask(r.Context(), q)
	if err != nil {
		return err
	}
	if a.Failure != nil {
		return a.Failure
	}
	out := listed{Node: a.Node, Value: []named{}, More: a.More}
	for _, ref := range a.Names {
		out.Value = append(out.Value, named{Name: model.LastName(ref.Path), Type: ref.Type, Path: ref.Path})
	}
	return answer(w, http.StatusOK, out)
}
