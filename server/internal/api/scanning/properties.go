package scanning

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

type properties map[string]json.RawMessage

// reference is a published reference by name.
type reference struct {
	ReferenceName          string `json:"referenceName"`
	CredentialType         string `json:"credentialType,omitempty"`
	IntegrationRuntimeType string `json:"integrationRuntimeType,omitempty"`
}

// take decodes one property and removes it, since this account understands it.
func (p properties) take(name string, v any) error {
	raw, ok := p[name]
	delete(p, name)
	if !ok || api.IsNull(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fault.New(fault.Invalid, "BadRequest", "properties.%s is not of the published form", name)
	}
	return nil
}

// takeWhole is take for what is all ours: a member that is not known is a mistake, and does not go unheard.
func (p properties) takeWhole(name string, v any) error {
	raw, ok := p[name]
	delete(p, name)
	if !ok || api.IsNull(raw) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fault.New(fault.Invalid, "BadRequest", "properties.%s is not of the described form", name)
	}
	return nil
}

// collection takes the collection; the root's name when none is given.
func (p properties) collection() (string, error) {
	var ref reference
	err := p.take("collection", &ref)
	if ref.ReferenceName == "" {
		ref.ReferenceName = access.RootCollection
	}
	return ref.ReferenceName, err
}

// settings takes the properties that are fields of a kind.
func (p properties) settings(fields []model.Field) (model.Settings, error) {
	out := model.Settings{}
	for _, f := range fields {
		raw, ok := p[f.Name]
		delete(p, f.Name)
		if !ok || api.IsNull(raw) {
			continue
		}
		text, err := settingText(raw)
		if err != nil {
			return nil, fault.New(fault.Invalid, "BadSetting", "properties.%s must be a text, a number, true, false or a list of texts", f.Name)
		}
		out[f.Name] = text
	}
	return out, nil
}

// rest is what nobody took, read-only properties left out.
func (p properties) rest() map[string]json.RawMessage {
	for _, name := range []string{"createdAt", "lastModifiedAt", "dataSourceCollectionMovingState", "parentCollection"} {
		delete(p, name)
	}
	if len(p) == 0 {
		return nil
	}
	return p
}

// settingText is a JSON value as a setting holds it.
func settingText(raw json.RawMessage) (string, error) {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case '[':
		var items []string
		err := json.Unmarshal(raw, &items)
		return strings.Join(items, "\n"), err
	case '{':
		return "", fault.New(fault.Invalid, "BadSetting", "an object")
	default:
		return string(raw), nil // number, true, false
	}
}

// settingValue is a setting as the wire has it.
func settingValue(f model.Field, text string) any {
	switch f.Type {
	case model.FieldNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		return nil
	case model.FieldSwitch:
		return text == "true"
	case model.FieldChoice: // one that is a number is written as one
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			return n
		}
		return text
	case model.FieldList:
		return strings.Split(text, "\n")
	default:
		return text
	}
}

// fill lays what was kept and the settings into an answer's properties.
func fill(out map[string]any, wire map[string]json.RawMessage, fields []model.Field, settings model.Settings) {
	for name, raw := range wire {
		out[name] = raw
	}
	for name, text := range settings {
		if i := slices.IndexFunc(fields, func(f model.Field) bool { return f.Name == name }); i >= 0 {
			out[name] = settingValue(fields[i], text)
		}
	}
}

// collectionOf is a collection as answers name it.
func collectionOf(name string, modified any) map[string]any {
	return map[string]any{"referenceName": name, "type": "CollectionReference", "lastModifiedAt": modified}
}
