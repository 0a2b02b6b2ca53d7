package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/fault"
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
	DeleteAsset(ctx context.Context, guid, actor string) error
}

// sent is an entity as clients send it: what they read, with what they changed. A part that is not sent is left alone.
type sent struct {
	GUID       string                      `json:"guid"`
	TypeName   string                      `json:"typeName"`
	Attributes map[string]json.RawMessage  `json:"attributes"`
	Contacts   map[string][]contact        `json:"contacts"`
	Custom     *map[string]json.RawMessage `json:"customAttributes"`
	Labels     *[]string                   `json:"labels"`
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

// write authors what the caller changed, and makes what is not there, all of it or nothing.
func (p *Plane) write(w http.ResponseWriter, r *http.Request, verb string, list []*sent) error {
	who := api.PrincipalOf(r)
	types, err := p.types(r)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		edits, guarded := make([]datamap.Edit, len(list)), false
		before := make([]datamap.View, len(list))
		for i, e := range list {
			s, err := p.target(r, types, e)
			if err != nil {
				return err
			}
			if err := p.Decider.Allow(r.Context(), who, access.WriteData, s.collection()); err != nil {
				return err
			}
			if edits[i], err = p.editOf(r, s, e); err != nil {
				return err
			}
			before[i], guarded = s.view, guarded || e.LastModified != ""
		}
		guids, err := p.Edit.Edit(r.Context(), who.ID, edits)
		if fault.CodeOf(err) == "VersionChanged" && !guarded && try < retries {
			continue
		}
		if err != nil {
			return err
		}
		return p.answerWritten(w, r, types, verb, list, before, guids)
	}
}

// editOf is what a caller changed of what is shown. What belongs to the source can't be changed here.
func (p *Plane) editOf(r *http.Request, s subject, e *sent) (datamap.Edit, error) {
	v := s.view
	out := datamap.Edit{GUID: guidOf(v), Version: v.Row.Version, Make: s.make, Ref: e.GUID}
	if s.make != nil {
		out.GUID, out.Version = "", 0
	}
	if e.LastModified != "" && s.make == nil {
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
		if err := p.editAttribute(r, s, &out, name, raw); err != nil {
			return out, err
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
	out.Labels = e.Labels
	return out, nil
}

// editAttribute takes one attribute that differs from what is shown.
func (p *Plane) editAttribute(r *http.Request, s subject, out *datamap.Edit, name string, raw json.RawMessage) (err error) {
	switch name {
	case "userDescription", "description":
		out.Description, err = textOf(name, raw)
		return err
	case "displayName":
		out.DisplayName, err = textOf(name, raw)
		return err
	}
	if s.make == nil && !s.view.Made() {
		return fault.New(fault.Invalid, "ATLAS-400-00-01A", "the attribute %s of the entity %s comes from its source", clip(name), guidOf(s.view)).
			Try("People write userDescription, displayName, contacts and customAttributes")
	}
	switch name {
	case "name":
		out.Name, err = textOf(name, raw)
	case "qualifiedName":
		if s.make == nil {
			return fault.New(fault.Invalid, "ATLAS-400-00-01A", "the qualifiedName of an entity stays as it is").Try("Make another one")
		}
	case "inputs":
		out.Inputs, err = p.ends(r, s, name, raw)
	case "outputs":
		out.Outputs, err = p.ends(r, s, name, raw)
	default:
		if out.Attrs == nil {
			out.Attrs = map[string]json.RawMessage{}
		}
		out.Attrs[name] = raw
	}
	return err
}

// textOf is a text that was sent; null takes away what people wrote.
func textOf(name string, raw json.RawMessage) (*string, error) {
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01A", "the attribute %s must be a text", name)
	}
	if text == nil {
		text = new(string)
	}
	return text, nil
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
