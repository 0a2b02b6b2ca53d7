package atlas

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// subject is what one entity that was sent is about: one that is there, or one to make.
type subject struct {
	view datamap.View
	make *datamap.Made
}

func (s subject) collection() string {
	if s.make != nil {
		return s.make.Collection
	}
	return s.view.Row.Collection
}

// process reports whether the subject is a process, which a person made.
func (s subject) process() bool {
	if s.make != nil {
		return s.make.Type == datamap.TypeProcess
	}
	return s.view.Made() && s.view.Row.Type == datamap.TypeProcess
}

// target is the entity that is written: by guid, else by type and qualified name. One that is not there is made.
func (p *Plane) target(r *http.Request, t types, b *batch, e *sent) (subject, error) {
	if e.byGUID() {
		v, err := b.byGUID(string(e.GUID))
		if err != nil {
			return subject{}, err
		}
		v, err = p.shown(r, v, noGUID(string(e.GUID)))
		return subject{view: v}, err
	}
	name, err := e.name()
	if err != nil {
		return subject{}, err
	}
	v, there := b.named[name]
	if !there && len(t.tablesOf(name.Type)) > 0 {
		v, there = b.columnNamed(t, name)
	}
	if !there || v.Row.Deleted && v.Made() {
		made, err := makeOf(r, t, e, name.QualifiedName)
		return subject{make: made}, err
	}
	hidden := fault.New(fault.Denied, "ATLAS-403-00-001", "you may not write the %s %s", clip(name.Type), clip(name.QualifiedName)) // the name is taken
	if v.Column >= 0 {
		hidden = noColumn(name.Type, name.QualifiedName) // nobody makes columns, so that one that is hidden is none
	}
	return subject{view: v}, p.visible(r, v, hidden)
}

func noColumn(typeName, name string) *fault.Error {
	return fault.New(fault.NotFound, "ATLAS-404-00-009", "no %s has the qualifiedName %s", clip(typeName), clip(name)).
		Try("Columns live in their tables, and come from their source")
}

// byGUID finds an entity or a column among what was fetched.
func (b *batch) byGUID(guid string) (datamap.View, error) {
	row, number, err := model.ParseGUID(guid)
	if fault.Is(err, fault.Invalid) {
		return datamap.View{}, noGUIDAtAll(guid)
	}
	v, there := b.rows[row]
	if err != nil || !there {
		return v, noGUID(guid)
	}
	if number == 0 {
		return v, nil
	}
	v.Column = slices.IndexFunc(v.Asset.Columns, func(c model.Column) bool { return c.Number == number })
	v.Measures = nil // are the table's
	if v.Column < 0 {
		return v, noGUID(guid)
	}
	return v, nil
}

// columnNamed finds a column among the tables that were fetched.
func (b *batch) columnNamed(t types, name datamap.Name) (v datamap.View, there bool) {
	tables, own := t.tablesNamed(name)
	for _, table := range tables {
		if row, fetched := b.named[table]; fetched {
			if v, there = columnOf(row, own); there {
				return v, true
			}
		}
	}
	return v, false
}

// makeOf is what a caller wants to be made. Columns live in their tables, and a source's processes in their views.
func makeOf(r *http.Request, types types, e *sent, qualifiedName string) (*datamap.Made, error) {
	t, known := types[e.TypeName]
	switch {
	case e.TypeName == datamap.TypeDataSet, e.TypeName == datamap.TypeProcess:
	case !known && len(types.tablesOf(e.TypeName)) > 0:
		return nil, noColumn(e.TypeName, qualifiedName)
	case !known:
		return nil, fault.New(fault.NotFound, "ATLAS-404-00-001", "no type is called %s", clip(e.TypeName)).
			Try("Use a type of a kind of source, DataSet or Process")
	case t.def.Super == datamap.TypeProcess:
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01A", "a %s comes from its source", clip(e.TypeName)).Try("Make one of the type Process")
	}
	made := &datamap.Made{Type: e.TypeName, QualifiedName: qualifiedName, Collection: r.URL.Query().Get("collectionId")}
	if made.Collection == "" {
		made.Collection = e.Collection
	}
	if made.Collection == "" {
		made.Collection = access.RootCollection
	}
	if raw, ok := e.Attributes["name"]; ok {
		text, err := textOf("name", raw)
		if err != nil {
			return nil, err
		}
		made.Name = *text
	}
	if made.Name == "" {
		made.Name = model.LastName(strings.TrimRight(qualifiedName, "/"))
	}
	if above := strings.LastIndexByte(qualifiedName, '/'); known && t.def.Parent != "" && above > 0 {
		made.Parent = model.HashOf(t.def.Parent, qualifiedName[:above])
	}
	return made, nil
}

// reference is how an entity names another one.
type reference struct {
	GUID   sentGUID                   `json:"guid"`
	Type   string                     `json:"typeName"`
	Unique map[string]json.RawMessage `json:"uniqueAttributes"`
}

// ends are the entities that an attribute of a process names. The caller must see each of them.
func (p *Plane) ends(r *http.Request, s subject, name string, raw json.RawMessage) (*[]string, error) {
	if !s.process() {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01A", "only a process has %s", name).Try("Make one of the type Process")
	}
	var list []reference
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01A", "%s must be a list of entities", name)
	}
	guids := make([]string, len(list))
	for i, ref := range list {
		if ref.GUID.own() {
			guids[i] = string(ref.GUID) // of one that the same call makes
			continue
		}
		v, err := p.referred(r, ref)
		if err != nil {
			return nil, err
		}
		guids[i] = guidOf(v) // of a column too: lineage between columns is refused where it is laid
	}
	if s.make != nil {
		return &guids, nil
	}
	all, err := p.Map.ByGUID(r.Context(), s.view.GUID)
	if err != nil {
		return nil, err
	}
	for _, f := range all.Flows { // what the caller can't see, they can't leave out
		shown := slices.ContainsFunc(s.view.Flows, func(o datamap.Flow) bool { return o.GUID == f.GUID })
		if !shown && f.Input == (name == "inputs") {
			guids = append(guids, guidOfRow(f.Far.ID))
		}
	}
	return &guids, nil
}

// guidOfRow is the guid of an entity's row.
func guidOfRow(id int64) string { return model.GUID(uint64(id), 0) } //nolint:gosec // rows are counted from 1

// referred finds an entity that a caller names, and may see.
func (p *Plane) referred(r *http.Request, ref reference) (datamap.View, error) {
	if ref.GUID != "" {
		return p.byGUID(r, string(ref.GUID))
	}
	var qualifiedName string
	if err := json.Unmarshal(ref.Unique["qualifiedName"], &qualifiedName); err != nil || ref.Type == "" {
		return datamap.View{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "an entity is named by guid, or by typeName and uniqueAttributes.qualifiedName")
	}
	return p.named(r, ref.Type, qualifiedName)
}

// answerWritten says which entities were made and which were changed; those whose version stayed are not among them.
func (p *Plane) answerWritten(w http.ResponseWriter, r *http.Request, types types, verb string, b *batch, guids []string) error {
	changed, created, assigned := []any{}, []any{}, map[string]any{}
	after, err := p.Map.Plain(r.Context(), guids)
	if err != nil {
		return err
	}
	now := map[string]datamap.View{}
	for _, v := range after {
		now[guidOf(v)] = v
	}
	for i, was := range b.before {
		v, there := now[guids[i]]
		if !there { // forgotten meanwhile
			continue
		}
		switch entity := putClasses(v, types.header(v)); {
		case was.GUID == "":
			created = append(created, entity)
		case v.Row.Version != was.Row.Version:
			changed = append(changed, entity)
		}
		assigned[guids[i]] = guids[i]
		if ref := b.sent[i].GUID; ref.own() {
			delete(assigned, guids[i])
			assigned[string(ref)] = guids[i]
		}
	}
	mutated := map[string]any{}
	if len(changed) > 0 {
		mutated[verb] = changed
	}
	if len(created) > 0 {
		mutated["CREATE"] = created
	}
	partial := []any{}
	if verb == "PARTIAL_UPDATE" {
		partial = changed
	}
	api.Answer(w, http.StatusOK, map[string]any{"mutatedEntities": mutated, "guidAssignments": assigned, "partialUpdatedEntities": partial})
	return nil
}
