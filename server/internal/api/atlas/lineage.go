package atlas

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// maxNodes bounds the entities of one lineage answer.
const maxNodes = 1000

func (p *Plane) getLineage(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byGUID(r, r.PathValue("guid"))
	if err != nil {
		return err
	}
	return p.answerLineage(w, r, v)
}

func (p *Plane) getLineageByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	return p.answerLineage(w, r, v)
}

func (p *Plane) answerLineage(w http.ResponseWriter, r *http.Request, base datamap.View) error {
	direction := datamap.Direction(r.URL.Query().Get("direction"))
	switch direction {
	case datamap.Upstream, datamap.Downstream, datamap.Both:
	case "":
		direction = datamap.Both
	default:
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "direction must be INPUT, OUTPUT or BOTH")
	}
	depth, err := number(r, "depth", 3, 20)
	if err != nil {
		return err
	}
	width, err := number(r, "width", maxNodes, maxNodes) // without it nothing is cut but at the bound of nodes
	if err != nil {
		return err
	}
	if strings.EqualFold(r.URL.Query().Get("includeParent"), "true") {
		return fault.New(fault.Unsupported, "ATLAS-501-00-001", "lineage is not shown with what assets lie in: includeParent can't be true").
			Try("Leave it out; an asset's path is in its qualifiedName")
	}
	graph, err := p.Map.Lineage(r.Context(), base.GUID, direction, depth, maxNodes)
	if err != nil {
		return err
	}
	answer, err := p.lineageAnswer(r, graph, width)
	if err != nil {
		return err
	}
	answer["lineageDirection"], answer["lineageDepth"], answer["lineageWidth"] = direction, depth, width
	api.Answer(w, http.StatusOK, answer)
	return nil
}

func number(r *http.Request, name string, standard, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s must be a number from 1", name)
	}
	return min(n, most), nil
}

// lineageAnswer leaves out entities that the reader may not see, all edges to them, and what only they lead to: that
// two assets are linked is known to whoever may see what links them. Of each entity at most width others are shown on
// either side; widthCounts say how many there are.
func (p *Plane) lineageAnswer(r *http.Request, g datamap.Graph, width int) (map[string]any, error) {
	readable, err := p.readable(r)
	if err != nil {
		return nil, err
	}
	t, err := p.types(r)
	if err != nil {
		return nil, err
	}
	visible := func(v datamap.View) bool { return slices.Contains(readable, v.Row.Collection) }
	all := reached(g, visible, maxNodes)
	seen := all
	if width < maxNodes {
		seen = reached(g, visible, width)
	}
	entities, inputs, outputs := map[string]any{}, map[string]int{}, map[string]int{}
	for guid := range seen {
		entities[guid] = putClasses(g.Nodes[guid], t.header(g.Nodes[guid]))
		inputs[guid], outputs[guid] = 0, 0
	}
	relations := []any{}
	for _, e := range g.Edges {
		if !all[e.From] || !all[e.To] {
			continue
		}
		if seen[e.From] {
			outputs[e.From]++
		}
		if seen[e.To] {
			inputs[e.To]++
		}
		if !seen[e.From] || !seen[e.To] {
			continue
		}
		relation := map[string]any{"fromEntityId": e.From, "toEntityId": e.To, "relationshipId": e.GUID}
		if len(e.Columns) > 0 {
			mapping, err := json.Marshal(e.Columns)
			if err != nil {
				return nil, err
			}
			relation["columnMapping"] = string(mapping)
		}
		relations = append(relations, relation)
	}
	return map[string]any{
		"baseEntityGuid": g.Base, "guidEntityMap": entities, "relations": relations, "parentRelations": []any{},
		"childrenCount": -1, "widthCounts": map[string]any{"INPUT": inputs, "OUTPUT": outputs}, "purlieuTruncated": g.Truncated || len(seen) < len(all),
	}, nil
}

// reached are the nodes that edges lead to from the base over nothing but what is visible, from each over at most width
// edges in and width out.
func reached(g datamap.Graph, visible func(datamap.View) bool, width int) map[string]bool {
	into, out := map[string][]string{}, map[string][]string{}
	for _, e := range g.Edges {
		if visible(g.Nodes[e.To]) {
			out[e.From] = append(out[e.From], e.To)
		}
		if visible(g.Nodes[e.From]) {
			into[e.To] = append(into[e.To], e.From)
		}
	}
	seen := map[string]bool{g.Base: true}
	for front := []string{g.Base}; len(front) > 0; front = front[1:] {
		for _, side := range [][]string{into[front[0]], out[front[0]]} {
			for _, guid := range side[:min(width, len(side))] {
				if !seen[guid] {
					seen[guid] = true
					front = append(front, guid)
				}
			}
		}
	}
	return seen
}
