package atlas

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// Editor writes what people say over what scans saw, and makes what they name; datamap.Service is one.
type Editor interface {
	Edit(ctx context.Context, actor string, edits []datamap.Edit) (guids []string, err error)
}

// Remover deletes assets in people's names; scan.Service is one.
type Remover interface {
	DeleteAssets(ctx context.Context, guids []string, actor string) error
}

func (p *Plane) postEntity(w http.ResponseWriter, r *http.Request) error {
	body, err := readEnvelope(r)
	if err != nil {
		return err
	}
	return p.write(w, r, "UPDATE", body)
}

func (p *Plane) postBulk(w http.ResponseWriter, r *http.Request) error {
	var body envelope
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	return p.write(w, r, "UPDATE", body)
}

// putAttribute sets one attribute: ?name= says which, the body is its value.
func (p *Plane) putAttribute(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("name")
	var value json.RawMessage
	if err := api.Read(r, &value); err != nil {
		return err
	}
	if name == "" || value == nil {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the query needs name, and the body its value")
	}
	e := &sent{GUID: sentGUID(r.PathValue("guid")), Attributes: map[string]json.RawMessage{name: value}}
	return p.write(w, r, "PARTIAL_UPDATE", envelope{Entities: []*sent{e}})
}

func (p *Plane) putByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	body, err := readEnvelope(r)
	if err != nil {
		return err
	}
	body.Entity.GUID = sentGUID(guidOf(v))
	return p.write(w, r, "PARTIAL_UPDATE", body)
}

// retries is how often a write is judged anew when somebody else wrote between reading and writing.
const retries = 5

// write authors what the caller changed, and makes what is not there, all of it or nothing.
func (p *Plane) write(w http.ResponseWriter, r *http.Request, verb string, body envelope) error {
	types, err := p.types(r)
	if err != nil {
		return err
	}
	p, list := p.asking(), body.all()
	for try := 1; ; try++ {
		b := batch{}
		if err := p.fetch(r, &b, list); err != nil {
			return err
		}
		for i, e := range list {
			if err := p.judge(r, types, &b, e, i < len(body.Entities)); err != nil {
				return err
			}
		}
		guids, err := p.Edit.Edit(r.Context(), api.PrincipalOf(r).ID, b.edits)
		if fault.CodeOf(err) == "VersionChanged" && !b.guarded && try < retries {
			continue
		}
		if err != nil {
			return err
		}
		return p.answerWritten(w, r, types, verb, &b, guids)
	}
}

// batch is what one call writes, as it was judged.
type batch struct {
	sent    []*sent
	before  []datamap.View
	edits   []datamap.Edit
	guarded bool
	rows    map[uint64]datamap.View       // what was sent with guids; columns stand in the rows of their tables
	named   map[datamap.Name]datamap.View // what was sent with names
}

func (p *Plane) mayWrite(r *http.Request, s subject) error {
	return p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteData, s.collection())
}

// fetch reads all that a call names at once.
func (p *Plane) fetch(r *http.Request, b *batch, list []*sent) error {
	b.rows, b.named = map[uint64]datamap.View{}, map[datamap.Name]datamap.View{}
	guids, names := map[uint64]string{}, map[datamap.Name]bool{}
	for _, e := range list {
		if e.byGUID() {
			if row, _, err := model.ParseGUID(string(e.GUID)); err == nil {
				guids[row] = model.GUID(row, 0)
			}
		} else if name, err := e.name(); err == nil {
			names[name] = true
		}
	}
	views, err := p.Map.ByGUIDs(r.Context(), slices.Collect(maps.Values(guids)))
	if err != nil {
		return err
	}
	for _, v := range views {
		b.rows[uint64(v.Row.ID)] = v //nolint:gosec // rows are counted from 1
	}
	if views, err = p.Map.ByNames(r.Context(), slices.Collect(maps.Keys(names))); err != nil {
		return err
	}
	for _, v := range views {
		b.named[v.Name()] = v
	}
	return nil
}

// judge adds one entity to what is written. A referred one counts only where something about it was changed.
func (p *Plane) judge(r *http.Request, t types, b *batch, e *sent, asked bool) error {
	s, err := p.target(r, t, b, e)
	if err != nil {
		return err
	}
	if asked {
		if err := p.mayWrite(r, s); err != nil {
			return err
		}
	}
	edit, err := p.editOf(r, t, s, e)
	if err != nil || !asked && edit.Nothing() {
		return err
	}
	if err := p.mayWrite(r, s); err != nil {
		return err
	}
	if len(b.edits) >= maxBulk {
		return badBody("at most " + strconv.Itoa(maxBulk) + " entities that are changed")
	}
	b.sent, b.before, b.edits = append(b.sent, e), append(b.before, s.view), append(b.edits, edit)
	b.guarded = b.guarded || e.LastModified != ""
	return nil
}
