package atlas

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// editOf is what a caller changed of what is shown. What belongs to the source can't be changed here.
func (p *Plane) editOf(r *http.Request, t types, s subject, e *sent) (datamap.Edit, error) {
	v := s.view
	out := datamap.Edit{GUID: guidOf(v), Version: v.Row.Version, Make: s.make, Ref: string(e.GUID)}
	if s.make != nil {
		out.GUID, out.Version = "", 0
	}
	if e.LastModified != "" && s.make == nil {
		n, err := strconv.ParseInt(e.LastModified, 10, 64)
		if err != nil {
			return out, fault.New(fault.Invalid, "ATLAS-400-00-01D", "lastModifiedTS is not one of this account")
		}
		if n != v.Row.Version {
			return out, datamap.VersionChanged(out.GUID)
		}
	}
	if err := unkept(r, s, e); err != nil {
		return out, err
	}
	shown, err := shownAttributes(v)
	if err != nil {
		return out, err
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
		raw := e.Attributes[name]
		if same(raw, shown[name]) {
			continue
		}
		if err := p.editAttribute(r, s, &out, name, raw); err != nil {
			return out, err
		}
	}
	if err := p.editRelations(r, t, s, &out, e.Relations); err != nil {
		return out, err
	}
	if err := editContacts(v, &out, e.Contacts); err != nil {
		return out, err
	}
	if e.Custom != nil {
		custom, err := customOf(v, *e.Custom)
		if err != nil {
			return out, err
		}
		if !maps.Equal(custom, v.Written().Custom) {
			out.Custom = &custom
		}
	}
	if e.Labels != nil && !slices.Equal(*e.Labels, v.Written().Labels) {
		out.Labels = e.Labels
	}
	for _, g := range e.Classes {
		if err := g.check(); err != nil {
			return out, err
		}
		if !slices.ContainsFunc(v.OwnClasses(), func(c model.Class) bool { return c.Name == g.TypeName }) {
			out.Give = append(out.Give, g.TypeName)
		}
	}
	return out, nil
}

// unkept refuses what was sent with an entity and can't be kept.
func unkept(r *http.Request, s subject, e *sent) error {
	unsupported := func(what, remedy string) error {
		return fault.New(fault.Unsupported, "ATLAS-501-00-001", "%s can't be written in this build", what).Try("%s", remedy)
	}
	switch {
	case len(e.Business) > 0:
		return unsupported("businessAttributes", "Use customAttributes or labels")
	case len(e.Meanings) > 0:
		return unsupported("meanings", "Use labels")
	}
	if s.make != nil {
		if e.Status != "" && e.Status != "ACTIVE" {
			return fault.New(fault.Invalid, "ATLAS-400-00-01A", "an entity can't be made with the status %s", clip(e.Status))
		}
		return nil
	}
	if e.Status != "" && e.Status != status(s.view) {
		return fault.New(fault.Invalid, "ATLAS-400-00-01A", "the status of the entity %s is %s, and is not written", guidOf(s.view), status(s.view)).
			Try("DELETE the entity, or bring it back: purlieu asset restore %s", s.view.GUID)
	}
	for _, collection := range []string{r.URL.Query().Get("collectionId"), e.Collection} {
		if collection != "" && collection != s.view.Row.Collection {
			return fault.New(fault.Unsupported, "ATLAS-501-00-001", "the entity %s can't be moved to the collection %s", guidOf(s.view), clip(collection)).
				Try("An asset stands in the collection of the scan that finds it: change the scan's")
		}
	}
	return nil
}

// editRelations takes relationships that differ from what is shown: what goes into a process, and comes out of it.
func (p *Plane) editRelations(r *http.Request, t types, s subject, out *datamap.Edit, sent map[string]json.RawMessage) error {
	if len(sent) == 0 {
		return nil
	}
	shown := t.relations(s.view)
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		raw := sent[name]
		if same(raw, shown[name]) {
			continue
		}
		side := &out.Inputs
		switch name {
		case "inputs":
		case "outputs":
			side = &out.Outputs
		default:
			if api.SaysNothing(raw) {
				continue
			}
			return fault.New(fault.Unsupported, "ATLAS-501-00-001", "relationshipAttributes.%s can't be written", clip(name)).
				Try("Of relationships, the inputs and outputs of a Process are written")
		}
		before := *side
		if err := p.editAttribute(r, s, out, name, raw); err != nil {
			return err
		}
		if before != nil && *side != nil && !slices.Equal(*before, **side) {
			return fault.New(fault.Invalid, "ATLAS-400-00-01A", "attributes.%s and relationshipAttributes.%s name different entities", name, name)
		}
	}
	return nil
}

// editContacts takes the lists that were sent.
func editContacts(v datamap.View, out *datamap.Edit, sent map[string][]contact) error {
	was := v.Written()
	for name, list := range sent {
		switch name {
		case "Owner":
			out.Owners = contactsOf(was.Owners, list)
		case "Expert":
			out.Experts = contactsOf(was.Experts, list)
		default:
			return fault.New(fault.Invalid, "ATLAS-400-00-01A", "contacts are Owner and Expert, not %s", clip(name))
		}
	}
	return nil
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
	if api.IsNull(raw) && (name == "inputs" || name == "outputs") {
		return nil // a client that says nothing about them; none are []
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
