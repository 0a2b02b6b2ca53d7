package main

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// esc makes a name one segment of a path.
func esc(name string) string { return url.PathEscape(name) }

// items reads a list to its end.
func (a *app) items(c *client.Client, path string) ([]object, error) {
	list := []object{}
	err := c.All(a.ctx, path, func(raw json.RawMessage) error {
		var o object
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.UseNumber()
		list = append(list, o)
		return dec.Decode(&list[len(list)-1])
	})
	return list, err
}

// listing shows a list as a table of columns.
func (a *app) listing(path string, head []string, row func(object) []string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	list, err := a.items(c, path)
	if err != nil {
		return err
	}
	return a.write(list, func() error {
		rows := make([][]string, len(list))
		for i, o := range list {
			rows[i] = row(o)
		}
		return a.table(head, rows)
	})
}

// showing shows one object: its properties, line by line.
func (a *app) showing(path string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	var o object
	if err := c.Get(a.ctx, path, &o); err != nil {
		return err
	}
	return a.write(o, func() error { return a.sheet(o) })
}

// sheet writes an object's members, then its properties, sorted.
func (a *app) sheet(o object) error { return a.table([]string{"FIELD", "VALUE"}, fieldsOf(o)) }

// fieldsOf are the lines of a sheet.
func fieldsOf(o object) [][]string {
	rows := [][]string{}
	add := func(m map[string]any) {
		names := make([]string, 0, len(m))
		for name, v := range m {
			if name != "properties" && v != nil && text(v) != "" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			v := m[name]
			if ref, ok := object(m).at(name, "referenceName").(string); ok {
				v = ref
			}
			rows = append(rows, []string{name, text(v)})
		}
	}
	add(o)
	if props, ok := o["properties"].(map[string]any); ok {
		add(props)
	}
	return rows
}

// there is what the account has at a path; nil when it has nothing. What changes a thing reads it first, and sends back
// what the person did not name.
func (a *app) there(c *client.Client, path string) (object, error) {
	var o object
	err := c.Get(a.ctx, path, &o)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return o, err
}

// membersOf is a copy of an object inside another, to be changed; empty when there is none.
func membersOf(o object, path ...string) object {
	out := object{}
	if m, ok := o.at(path...).(map[string]any); ok {
		maps.Copy(out, m)
	}
	return out
}

// put writes an object and says so.
func (a *app) put(path string, body any, done string, args ...any) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	var o object
	if err := c.Do(a.ctx, "PUT", path, body, &o); err != nil {
		return err
	}
	return a.write(o, func() error { a.say(done, args...); return nil })
}

// remove deletes a thing and says so.
func (a *app) remove(path, done string, args ...any) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if err := c.Do(a.ctx, "DELETE", path, nil, nil); err != nil {
		return err
	}
	a.say(done, args...)
	return nil
}

// typed turns key=value settings into properties, as the fields of a kind want them. No value takes a setting back.
func typed(fields []model.Field, set map[string]string, into object) error {
	for name, value := range set {
		i := slices.IndexFunc(fields, func(f model.Field) bool { return f.Name == name })
		if i < 0 {
			known := make([]string, len(fields))
			for j, f := range fields {
				known[j] = f.Name
			}
			return fault.New(fault.Invalid, "UnknownSetting", "there is no setting %q", name).Try("Use one of %s", strings.Join(known, ", "))
		}
		if value == "" {
			into[name] = nil
			continue
		}
		switch fields[i].Type {
		case model.FieldNumber:
			into[name] = json.RawMessage(value)
			if !json.Valid([]byte(value)) {
				return fault.New(fault.Invalid, "BadSetting", "the setting %q must be a number, not %q", name, value)
			}
		case model.FieldSwitch:
			into[name] = value == "true" || value == "yes" || value == "on"
		case model.FieldList:
			into[name] = strings.Split(value, ",")
		case model.FieldBlock:
			text, err := block(name, value)
			if err != nil {
				return err
			}
			into[name] = text
		default:
			into[name] = value
		}
	}
	return nil
}

// block is a text of several lines; @FILE stands for what is in a file.
func block(name, value string) (string, error) {
	path, fromFile := strings.CutPrefix(value, "@")
	if !fromFile {
		return value, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fault.New(fault.Invalid, "BadSetting", "the file of the setting %q can't be read", name).Because(err).
			Try("Look at the path: %s", path)
	}
	return string(text), nil
}

func (a *app) kind(c *client.Client, name string) (model.Kind, error) {
	var k model.Kind
	err := c.Get(a.ctx, "/manage/v1/kinds/"+esc(name), &k)
	if fault.Is(err, fault.NotFound) {
		unknown := fault.New(fault.NotFound, "UnknownKind", "no kind of source is called %q", name)
		if near := model.Near(name, a.names("kind", nil)); near != "" {
			return k, unknown.Try("Did you mean %s? See `purlieu kinds`", near)
		}
		return k, unknown.Try("See `purlieu kinds`")
	}
	return k, err
}
