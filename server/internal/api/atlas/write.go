package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// Editor writes what people say over what scans saw; datamap.Service is one.
type Editor interface {
	Edit(ctx context.Context, actor string, edits []datamap.Edit) (changed int, err error)
}

// Remover deletes assets in people's names; scan.Service is one.
type Remover interface {
	DeleteAsset(ctx context.Context, guid, actor string) error
}

// sent is an entity as clients send it: what they read, with what they changed. A part that is not sent is left alone.
type sent struct {
	GUID       string                      `json:"guid"`
	TypeName   string                      `json:"typeName"`
	Attributes map[string]json.RawMessage  `json:"attributes"`
	Contacts   map[string][]contact        `json:"contacts"`
	Custom     *map[string]json.RawMessage `json:"customAttributes"`
	// LastModified guards against a write over what somebody else wrote meanwhile.
	LastModified string `json:"lastModifiedTS"`
}

type contact struct {
	ID   string `json:"id"`
	Info string `json:"info"`
}

func (p *Plane) postEntity(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Entity *sent `json:"entity"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if body.Entity == nil {
		return badBody("entity")
	}
	return p.write(w, r, "UPDATE", []*sent{body.Entity})
}

func (p *Plane) postBulk(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Entities []*sent `json:"entities"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if len(body.Entities) == 0 || len(body.Entities) > maxBulk || slices.Contains(body.Entities, nil) {
		return badBody("entities, 1 to " + strconv.Itoa(maxBulk))
	}
	return p.write(w, r, "UPDATE", body.Entities)
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
	return p.write(w, r, "PARTIAL_UPDATE", []*sent{{GUID: r.PathValue("guid"), Attributes: map[string]json.RawMessage{name: value}}})
}

func (p *Plane) putByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	var body struct {
		Entity *sent `json:"entity"`
	}
	if err := api.Read(r, &body); err != nil {
		return err
	}
	if body.Entity == nil {
		return badBody("entity")
	}
	body.Entity.GUID = v.GUID
	return p.write(w, r, "PARTIAL_UPDATE", []*sent{body.Entity})
}

func badBody(what string) error {
	return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the body needs %s", what)
}

// retries is how often a write is judged anew when somebody else wrote between reading and writing.
const retries = 5

// write authors what the caller changed, of all entities or of none.
func (p *Plane) write(w http.ResponseWriter, r *http.Request, verb string, list []*sent) error {
	who := api.PrincipalOf(r)
	for try := 1; ; try++ {
		edits, guarded := make([]datamap.Edit, len(list)), false
		before := make([]datamap.View, len(list))
		for i, e := range list {
			v, err := p.target(r, e)
			if err != nil {
				return err
			}
			if err := p.Decider.Allow(r.Context(), who, access.WriteData, v.Row.Collection); err != nil {
				return err
			}
			if edits[i], err = editOf(v, e); err != nil {
				return err
			}
			before[i], guarded = v, guarded || e.LastModified != ""
		}
		_, err := p.Edit.Edit(r.Context(), who.ID, edits)
		if fault.CodeOf(err) == "VersionChanged" && !guarded && try < retries {
			continue
		}
		if err != nil {
			return err
		}
		return p.answerMutation(w, r, verb, before)
	}
}

// target is the entity that is written: by guid, else by type and qualified name.
func (p *Plane) target(r *http.Request, e *sent) (datamap.View, error) {
	if e.GUID != "" && !strings.HasPrefix(e.GUID, "-") {
		return p.byGUID(r, e.GUID)
	}
	var name string
	if err := json.Unmarshal(e.Attributes["qualifiedName"], &name); err != nil || name == "" || e.TypeName == "" {
		return datamap.View{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "an entity needs a guid, or typeName and attributes.qualifiedName")
	}
	v, err := p.Map.ByName(r.Context(), e.TypeName, name)
	hidden := fault.New(fault.Unsupported, "ATLAS-501-00-001", "no %s has the qualifiedName %s; entities that no scan found can't be made yet", clip(e.TypeName), clip(name))
	if fault.Is(err, fault.NotFound) {
		return v, hidden
	}
	if err != nil {
		return v, err
	}
	return v, p.visible(r, v, hidden)
}

// editOf is what a caller changed of what is shown. What belongs to the source can't be changed here.
func editOf(v datamap.View, e *sent) (datamap.Edit, error) {
	out := datamap.Edit{GUID: guidOf(v), Version: v.Row.Version}
	if e.LastModified != "" {
		n, err := strconv.ParseInt(e.LastModified, 10, 64)
		if err != nil {
			return out, fault.New(fault.Invalid, "ATLAS-400-00-01D", "lastModifiedTS is not one of this account")
		}
		out.Version = n
	}
	shown := shownAttributes(v)
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		raw := e.Attributes[name]
		if same(raw, shown[name]) {
			continue
		}
		var text *string
		switch name {
		case "userDescription", "description":
			text = new(string)
			out.Description = text
		case "displayName":
			text = new(string)
			out.DisplayName = text
		default:
			return out, fault.New(fault.Invalid, "ATLAS-400-00-01A", "the attribute %s of the entity %s comes from its source", clip(name), guidOf(v)).
				Try("People write userDescription, displayName, contacts and customAttributes")
		}
		if err := json.Unmarshal(raw, &text); err != nil {
			return out, fault.New(fault.Invalid, "ATLAS-400-00-01A", "the attribute %s must be a text", name)
		}
		if text == nil { // null takes it away
			text = new(string)
			if name == "displayName" {
				out.DisplayName = text
			} else {
				out.Description = text
			}
		}
	}
	if e.Contacts != nil {
		was := v.Written()
		out.Owners, out.Experts = contactsOf(was.Owners, e.Contacts["Owner"]), contactsOf(was.Experts, e.Contacts["Expert"])
	}
	if e.Custom != nil {
		custom, err := customOf(v, *e.Custom)
		if err != nil {
			return out, err
		}
		out.Custom = &custom
	}
	return out, nil
}

// contactsOf is a list as it was sent, nil where it is the one that is shown.
func contactsOf(shown *[]datamap.Contact, list []contact) *[]datamap.Contact {
	out := make([]datamap.Contact, len(list))
	for i, c := range list {
		out[i] = datamap.Contact(c)
	}
	if shown == nil {
		shown = &[]datamap.Contact{}
	}
	if slices.Equal(*shown, out) {
		return nil
	}
	return &out
}

// customOf are people's own attributes among those sent: measures are shown beside them and are the source's.
func customOf(v datamap.View, sent map[string]json.RawMessage) (map[string]string, error) {
	out := map[string]string{}
	numbers := measures(v)
	for name, raw := range sent {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, fault.New(fault.Invalid, "ATLAS-400-00-01A", "the custom attribute %s must be a text", clip(name))
		}
		if _, measured := numbers[name]; !measured {
			out[name] = text
		}
	}
	return out, nil
}

// same reports whether a value that was sent is the one that is shown, or null where nothing is.
func same(raw json.RawMessage, shown any) bool {
	now, err := json.Marshal(shown)
	if err != nil {
		return false
	}
	var a, b any
	if json.Unmarshal(raw, &a) != nil || json.Unmarshal(now, &b) != nil {
		return false
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// answerMutation says which entities were changed; those whose version stayed are not among them.
func (p *Plane) answerMutation(w http.ResponseWriter, r *http.Request, verb string, before []datamap.View) error {
	types, err := p.types(r)
	if err != nil {
		return err
	}
	changed := []any{}
	for _, was := range before {
		v, err := p.Map.ByGUID(r.Context(), guidOf(was))
		if err != nil {
			return err
		}
		if v.Row.Version != was.Row.Version || verb == "DELETE" {
			changed = append(changed, putClasses(v, types.header(v), nil))
		}
	}
	mutated, assigned := map[string]any{}, map[string]any{}
	if len(changed) > 0 {
		mutated[verb] = changed
	}
	for _, v := range before {
		assigned[guidOf(v)] = guidOf(v)
	}
	partial := []any{}
	if verb == "PARTIAL_UPDATE" {
		partial = changed
	}
	api.Answer(w, http.StatusOK, map[string]any{"mutatedEntities": mutated, "guidAssignments": assigned, "partialUpdatedEntities": partial})
	return nil
}

func (p *Plane) deleteEntity(w http.ResponseWriter, r *http.Request) error {
	return p.remove(w, r, []string{r.PathValue("guid")})
}

func (p *Plane) deleteBulk(w http.ResponseWriter, r *http.Request) error {
	guids := r.URL.Query()["guid"]
	if len(guids) == 0 || len(guids) > maxBulk {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the query needs 1 to %d guids", maxBulk)
	}
	return p.remove(w, r, guids)
}

func (p *Plane) deleteByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	return p.remove(w, r, []string{v.GUID})
}

// remove deletes entities; all are judged before the first goes. A scan that sees one again brings it back.
func (p *Plane) remove(w http.ResponseWriter, r *http.Request, guids []string) error {
	who := api.PrincipalOf(r)
	var views []datamap.View
	for _, guid := range guids {
		v, err := p.byGUID(r, guid)
		if err != nil {
			return err
		}
		if err := p.Decider.Allow(r.Context(), who, access.WriteData, v.Row.Collection); err != nil {
			return err
		}
		views = append(views, v)
	}
	for _, v := range views {
		if err := p.Remove.DeleteAsset(r.Context(), guidOf(v), who.ID); err != nil {
			return err
		}
	}
	return p.answerMutation(w, r, "DELETE", views)
}
