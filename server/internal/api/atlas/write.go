package atlas

import (
	"context"
	"encoding/json"
	"net/http"
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
		b := batch{rows: map[uint64]datamap.View{}, named: map[datamap.Name]datamap.View{}}
		if err := p.judgeAll(r, types, &b, list[:len(body.Entities)], true); err != nil {
			return err
		}
		if err := p.judgeAll(r, types, &b, list[len(body.Entities):], false); err != nil {
			return err
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
	rows    map[uint64]datamap.View // what was fetched; columns stand in the rows of their tables
	named   map[datamap.Name]datamap.View
}

func (p *Plane) mayWrite(r *http.Request, s subject) error {
	return p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteData, s.collection())
}

// judgeAll reads what a list names, and adds it to what is written. What was asked for goes first: nothing that it refers
// to is read for a caller who may not write it.
func (p *Plane) judgeAll(r *http.Request, t types, b *batch, list []*sent, asked bool) error {
	if err := p.fetch(r, t, b, list); err != nil {
		return err
	}
	for _, e := range list {
		if err := p.judge(r, t, b, e, asked); err != nil {
			return err
		}
	}
	return nil
}

// fetch reads all that a list names and that is not there, at once: the tables of its columns, too, and measures only
// where they were sent.
func (p *Plane) fetch(r *http.Request, t types, b *batch, list []*sent) error {
	rows, names := b.lacks(t, list)
	var ids []int64
	var guids []string
	for row, measured := range rows {
		if measured {
			guids = append(guids, model.GUID(row, 0))
		} else {
			ids = append(ids, int64(row)) //nolint:gosec // rows are counted from 1
		}
	}
	var bare, whole []datamap.Name
	for name, measured := range names {
		if measured {
			whole = append(whole, name)
		} else {
			bare = append(bare, name)
		}
	}
	if len(ids)+len(bare) > 0 {
		views, err := p.Map.Rows(r.Context(), ids, bare)
		if err != nil {
			return err
		}
		b.keep(views)
	}
	if len(guids) > 0 {
		views, err := p.Map.ByGUIDs(r.Context(), guids)
		if err != nil {
			return err
		}
		b.keep(views)
	}
	if len(whole) > 0 {
		views, err := p.Map.ByNames(r.Context(), whole)
		if err != nil {
			return err
		}
		b.keep(views)
	}
	return nil
}

// lacks are the rows and names of a list that were not fetched, and whether their measures are looked at: they are shown
// among an entity's custom attributes.
func (b *batch) lacks(t types, list []*sent) (rows map[uint64]bool, names map[datamap.Name]bool) {
	rows, names = map[uint64]bool{}, map[datamap.Name]bool{}
	for _, e := range list {
		if e.byGUID() {
			row, column, err := model.ParseGUID(string(e.GUID))
			measured := column == 0 && e.Custom != nil
			if _, there := b.rows[row]; err == nil && (!there || measured) {
				rows[row] = rows[row] || measured
			}
			continue
		}
		name, err := e.name()
		if err != nil {
			continue
		}
		names[name] = names[name] || e.Custom != nil
		tables, _ := t.tablesNamed(name)
		for _, table := range tables {
			_, there := b.named[table]
			if _, sent := names[table]; !there && !sent {
				names[table] = false
			}
		}
	}
	return rows, names
}

func (b *batch) keep(views []datamap.View) {
	for _, v := range views {
		b.rows[uint64(v.Row.ID)] = v //nolint:gosec // rows are counted from 1
		b.named[v.Name()] = v
	}
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
