package model

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/fault"
)

// Bounds of a description. Those of built-in connectors keep them too: connectortest asks.
const (
	maxKindName   = 63
	maxKindText   = 2 << 10  // bytes of one text
	maxKindIcon   = 32 << 10 // bytes of the icon
	maxKindFields = 64       // fields of one list
	maxKindList   = 64       // of anything else there may be several of
	maxKindTypes  = 128
)

// Check holds a description to the laws that all keep, wherever it comes from: every name can be addressed, every text
// shown and stored, every template parses over fields that there are and ends in bounded time, no secret can be taken for a
// setting. What breaks one is fault.Invalid (BadKind) and says where.
func (k *Kind) Check() error {
	l := &law{}
	l.name("name", k.Name)
	l.that(k.Version >= 1 && k.Version <= 1<<20, "version", "it is a number from 1 to 1048576")
	l.text("title", k.Title, true)
	l.text("summary", k.Summary, true)
	l.icon(k.Icon)
	l.fields("settings", k.Settings, false)
	l.fields("scanSettings", k.Scan, false)
	for _, f := range k.Scan {
		l.that(!reserved(f.Name), "scanSettings."+f.Name, "the name is the account's own")
	}
	for _, f := range k.Settings {
		l.that(!reserved(f.Name), "settings."+f.Name, "the name is the account's own")
	}
	l.names("scanKinds", k.ScanKinds)
	l.that(len(k.ScanKinds) > 0, "scanKinds", "there is at least one")
	l.credentials(k.Credentials)
	l.types(k)
	l.templates(k)
	l.text("oldestServer", k.OldestServer, false)
	l.count("prerequisites", len(k.Prerequisites), maxKindList)
	for _, p := range k.Prerequisites {
		l.text("prerequisites", p, true)
	}
	l.that(len(k.RuntimeKinds) > 0 && within(k.RuntimeKinds, string(RuntimeManaged), string(RuntimeSelfHosted)), "runtimeKinds", "they are Managed and SelfHosted, each at most once")
	l.that(len(k.Levels) > 0 && within(k.Levels, L1, L2, L3), "levels", "they are 1, 2 and 3, each at most once")
	if k.Dialect != "" {
		l.name("dialect", k.Dialect)
	}
	return l.err
}

// within reports whether a list holds only what it may, and nothing twice.
func within[T comparable](list []T, may ...T) bool {
	for i, v := range list {
		if !slices.Contains(may, v) || slices.Contains(list[:i], v) {
			return false
		}
	}
	return true
}

// reserved are the names of a source's and a scan's properties that the account reads itself.
func reserved(name string) bool {
	switch strings.ToLower(name) {
	case "collection", "credential", "connectedvia", "createdat", "lastmodifiedat", "datasourcecollectionmovingstate", "parentcollection",
		"scanrulesetname", "scanrulesettype", "resourcetypes", "resourcefilters", "domain", "name", "kind", "id":
		return true
	}
	return strings.HasPrefix(strings.ToLower(name), "purlieu")
}

// SoundsSecret reports whether a name, in whatever spelling, is one of a secret.
func SoundsSecret(name string) bool {
	folded := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	for _, part := range []string{"password", "passwd", "passphrase", "pwd", "secret", "token", "connectionstring", "apikey", "accountkey", "accesskey", "privatekey", "sharedkey"} {
		if strings.Contains(folded, part) {
			return true
		}
	}
	for _, end := range []string{"key", "keys", "sas"} {
		if strings.HasSuffix(folded, end) {
			return true
		}
	}
	return folded == "pw" || folded == "pass" || strings.HasPrefix(folded, "sas")
}

// law keeps the first law that is broken.
type law struct{ err error }

// that breaks unless holds. where and why are closed words, or names that name has judged.
func (l *law) that(holds bool, where, why string) {
	if !holds && l.err == nil {
		l.err = fault.New(fault.Invalid, "BadKind", "the description's %s: %s", cutTo(where, 80), why)
	}
}

func cutTo(s string, most int) string {
	if len(s) <= most {
		return strings.ToValidUTF8(s, "?")
	}
	return strings.ToValidUTF8(s[:most], "?") + "…"
}

func (l *law) count(where string, n, most int) { l.that(n <= most, where, "there are too many") }

func (l *law) name(where, name string) {
	l.that(KindName(name), where, "a name is a letter and up to 62 letters, digits and underscores")
}

// KindName reports whether a kind, a field or a type can be called so: the name can stand in addresses, documents and
// terminals as it is.
func KindName(name string) bool {
	ok := len(name) >= 1 && len(name) <= maxKindName && letter(name[0])
	for i := range len(name) {
		ok = ok && (letter(name[i]) || name[i] >= '0' && name[i] <= '9' || name[i] == '_')
	}
	return ok
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func (l *law) names(where string, names []string) {
	l.count(where, len(names), maxKindList)
	for i, n := range names {
		l.name(where, n)
		l.that(!slices.Contains(names[:i], n), where, "one is there twice")
	}
}

// text is one line that can be shown anywhere: nothing in it that a terminal or a page would obey.
func (l *law) text(where, text string, needed bool) {
	l.that(text != "" || !needed, where, "it is empty")
	l.that(len(text) <= maxKindText && Storable(text), where, "it is too long, or no text")
	l.that(!strings.ContainsFunc(text, obeyed), where, "it holds characters that are not shown but obeyed")
}

// obeyed are control characters and those that turn the direction of what is written.
func obeyed(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

// fields are settings, parts of a credential or attributes. Only parts may be secrets.
func (l *law) fields(where string, fields []Field, parts bool) {
	l.count(where, len(fields), maxKindFields)
	for i, f := range fields {
		l.name(where, f.Name)
		at := where + "." + cutTo(f.Name, maxKindName)
		l.that(!slices.ContainsFunc(fields[:i], func(o Field) bool { return strings.EqualFold(o.Name, f.Name) }), at, "it is there twice")
		l.that(within([]FieldType{f.Type}, FieldText, FieldBlock, FieldNumber, FieldSwitch, FieldChoice, FieldList), at, "no field is of its type")
		l.text(at, f.Title, true)
		l.text(at, f.Help, true)
		l.text(at, f.Default, false)
		l.text(at, f.Example, false)
		l.count(at, len(f.Choices), maxKindList)
		for j, c := range f.Choices {
			l.text(at, c, true)
			l.that(!slices.Contains(f.Choices[:j], c), at, "a choice is there twice")
		}
		l.that(f.Type != FieldChoice || len(f.Choices) > 0 && (f.Default == "" || slices.Contains(f.Choices, f.Default)), at, "it has no choices, or a default that is none of them")
		l.that(f.Type != FieldSwitch || f.Default == "" || f.Default == "true" || f.Default == "false", at, "its default is neither true nor false")
		l.that(!f.Secret || parts, at, "only a part of a credential can be a secret")
		l.that(!f.Secret || f.Default == "" && f.Example == "", at, "a secret has no default and no example")
		l.that(f.Release == "" || slices.Contains(Releases(), f.Release), at, "no sort of metadata is called so")
	}
}

// open holds settings and open parts to names that no secret would have.
func (l *law) open(where string, fields []Field) {
	for _, f := range fields {
		l.that(f.Secret || !SoundsSecret(f.Name), where+"."+cutTo(f.Name, maxKindName), "it sounds like a secret, and is none")
	}
}

func (l *law) credentials(uses []CredentialUse) {
	l.count("credentials", len(uses), maxKindList)
	for i, u := range uses {
		l.name("credentials", u.Kind)
		at := "credentials." + cutTo(u.Kind, maxKindName)
		l.that(!slices.ContainsFunc(uses[:i], func(o CredentialUse) bool { return o.Kind == u.Kind }), at, "it is there twice")
		l.text(at, u.Title, true)
		l.fields(at, u.Fields, true)
		l.open(at, u.Fields)
		l.count(at, len(u.Grants), maxKindList)
		for _, g := range u.Grants {
			l.text(at, g, true)
		}
	}
}

// types holds the types to standing by themselves: what they name is declared, and none is a word of the map's own.
func (l *law) types(k *Kind) {
	l.that(len(k.Types) > 0 && len(k.Types) <= maxKindTypes, "types", "there is at least one, and at most 128")
	for i, d := range k.Types {
		l.name("types", d.Name)
		at := "types." + cutTo(d.Name, maxKindName)
		l.that(!ownType(d.Name) && !ownType(d.Column), at, "the name is one of the map's own types")
		l.that(!slices.ContainsFunc(k.Types[:i], func(o TypeDef) bool { return o.Name == d.Name }), at, "it is there twice")
		l.text(at, d.Title, true)
		l.text(at, d.Form, false)
		l.that(within([]string{d.Super}, "Asset", "DataSet", "Process"), at, "its super type is Asset, DataSet or Process")
		l.that(d.Parent == "" || k.TypeNamed(d.Parent) != nil, at, "the type that it stands below is not declared")
		if d.Column != "" {
			l.name(at, d.Column)
			l.that(k.TypeNamed(d.Column) == nil, at, "the type of its columns is declared as a type of assets, too")
		}
		process := k.TypeNamed(d.Process)
		l.that(d.Process == "" || process != nil && process.Super == "Process", at, "the type that carries its lineage is no declared process")
		l.fields(at, d.Attributes, false)
	}
}

// ownType are the types that every other stands on.
func ownType(name string) bool {
	return within([]string{name}, "Referenceable", "Asset", "DataSet", "Process", "column")
}

func (l *law) templates(k *Kind) {
	l.open("settings", k.Settings)
	l.open("scanSettings", k.Scan)
	source := func(name string) bool {
		return slices.ContainsFunc(k.Settings, func(f Field) bool { return f.Name == name })
	}
	both := func(name string) bool {
		return source(name) || slices.ContainsFunc(k.Scan, func(f Field) bool { return f.Name == name })
	}
	l.template("authority", k.Authority, source)
	scheme, _, ok := strings.Cut(string(k.Authority), "://")
	l.that(ok && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+.-") == "", "authority", "it begins with a scheme: name://")
	l.count("dials", len(k.Dials), maxKindList)
	for _, d := range k.Dials {
		l.template("dials", d, source)
	}
	l.template("folder", k.Folder, source)
	l.that(k.Folder == "" || k.NodeLocal, "folder", "only a node-local source is a folder")
	l.template("verified", k.Verified, both)
}

func (l *law) template(where string, t Template, known func(string) bool) {
	l.text(where, string(t), false) // what stands between the fields is shown, dialled and logged
	if err := t.Check(known); err != nil && l.err == nil {
		l.err = fault.New(fault.Invalid, "BadKind", "the description's %s: %s", where, err.Error())
	}
}

// icon takes drawings only: no script, no style, no address of anything else, no entity.
func (l *law) icon(doc string) {
	if doc == "" {
		return
	}
	l.that(len(doc) <= maxKindIcon && Storable(doc), "icon", "it is too long, or no text")
	if l.err != nil {
		return
	}
	l.that(drawing(doc), "icon", "it is no SVG document of shapes alone: scripts, styles, references and declarations are not taken")
}

func drawing(doc string) bool {
	d := xml.NewDecoder(strings.NewReader(doc))
	for depth, roots := 0, 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return depth == 0 && roots == 1
		}
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
				if t.Name.Local != "svg" {
					return false
				}
			}
			if depth++; depth > 16 || !shape(t) {
				return false
			}
		case xml.EndElement:
			depth--
		case xml.ProcInst, xml.Directive:
			return false
		}
	}
}

func shape(e xml.StartElement) bool {
	if e.Name.Space != "" && e.Name.Space != "http://www.w3.org/2000/svg" {
		return false
	}
	switch e.Name.Local {
	case "svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "title", "desc":
	default:
		return false
	}
	for _, a := range e.Attr {
		name, value := strings.ToLower(a.Name.Local), strings.ToLower(a.Value)
		if strings.HasPrefix(name, "on") || name == "href" || name == "src" || name == "style" || name == "class" ||
			strings.Contains(value, "url(") || strings.Contains(value, "script:") {
			return false
		}
	}
	return true
}
