package scanning

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

type scanBody struct {
	Kind       string     `json:"kind"`
	Properties properties `json:"properties"`
}

func (p *Plane) putScan(w http.ResponseWriter, r *http.Request) error {
	var body scanBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	src, err := p.visibleSource(r, access.WriteScan)
	if err != nil {
		return err
	}
	kind, err := p.Definitions.Kind(r.Context(), src.Kind)
	if err != nil {
		return err
	}
	sc, runtimeKind, err := scanFrom(body, src, kind, r.PathValue("scan"))
	if err != nil {
		return err
	}
	if err := p.mayReplaceScan(r, sc); err != nil {
		return err
	}
	if err := p.checkRuntime(r, kind, sc.Runtime, runtimeKind); err != nil {
		return err
	}
	sc, created, err := p.Definitions.PutScan(r.Context(), sc)
	if err != nil {
		return err
	}
	answer, err := p.scanAnswer(r, sc, kind)
	if err != nil {
		return err
	}
	api.Answer(w, written(created), answer)
	return nil
}

func scanFrom(body scanBody, src model.Source, kind model.Kind, name string) (sc model.Scan, runtimeKind string, err error) {
	props := body.Properties
	sc = model.Scan{Name: name, Source: src.Name, Kind: body.Kind}
	var cred, via, collection reference
	var level string
	for property, into := range map[string]any{"credential": &cred, "connectedVia": &via, "collection": &collection, "purlieuLevel": &level, "purlieuPriority": &sc.Priority} {
		if err := props.take(property, into); err != nil {
			return sc, "", err
		}
	}
	sc.Credential, sc.Runtime, sc.Collection = cred.ReferenceName, via.ReferenceName, collection.ReferenceName
	if sc.Collection == "" {
		sc.Collection = src.Collection
	}
	if level != "" {
		i := slices.Index([]string{"", "L1", "L2", "L3"}, level)
		if i < 0 {
			return sc, "", fault.New(fault.Invalid, "BadLevel", "properties.purlieuLevel must be L1, L2 or L3")
		}
		sc.Level = model.Level(i)
	}
	if sc.Settings, err = props.settings(kind.Scan); err != nil {
		return sc, "", err
	}
	if err := props.ignored(src, kind); err != nil {
		return sc, "", err
	}
	sc.Wire = props.rest()
	return sc, via.IntegrationRuntimeType, nil
}

// ignored refuses what would make the scan read something else, had this build understood it: a rule set of one's own,
// filters of resources, another address than the source's. What is only advice, such as workers, is kept.
func (p properties) ignored(src model.Source, kind model.Kind) error {
	var ruleSet string
	if err := json.Unmarshal(p["scanRulesetType"], &ruleSet); err == nil && strings.EqualFold(ruleSet, "Custom") {
		return fault.New(fault.Unsupported, "CustomRuleSet", "rule sets of one's own are not served: properties.scanRulesetType can't be Custom").Try("Send System")
	}
	for _, name := range []string{"temporaryResourceFilters", "resourceTypes"} {
		if raw, ok := p[name]; ok && !api.SaysNothing(raw) {
			return fault.New(fault.Unsupported, "ScanProperty", "properties.%s can't be kept in this build: the scan would read what it leaves out", name).
				Try("Narrow the scan with filters/custom")
		}
	}
	for _, f := range kind.Settings {
		raw, ok := p[f.Name]
		if !ok || api.SaysNothing(raw) {
			continue
		}
		said := src.Settings[f.Name]
		if said == "" {
			said = f.Default
		}
		if text, err := settingText(raw); err != nil || said != "" && !strings.EqualFold(text, said) {
			return fault.New(fault.Invalid, "NotTheSources", "properties.%s of the scan is not that of its source %s", f.Name, src.Name).
				Try("Leave it out, or register another source")
		}
	}
	return nil
}

func (p *Plane) mayReplaceScan(r *http.Request, sc model.Scan) error {
	if err := p.may(r, access.WriteScan, sc.Collection); err != nil {
		return err
	}
	old, err := p.Definitions.Scan(r.Context(), sc.Source, sc.Name)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	}
	return p.may(r, access.WriteScan, old.Collection)
}

// checkRuntime looks the scan's runtime up: it must be there, of the kind that was said, and able to reach the source.
func (p *Plane) checkRuntime(r *http.Request, kind model.Kind, name, said string) error {
	if name == "" || name == model.BuiltInRuntime {
		return nil
	}
	rt, err := p.Runtimes.Runtime(r.Context(), name)
	if err != nil {
		return err
	}
	if said != "" && said != string(rt.Kind) {
		return fault.New(fault.Invalid, "RuntimeKind", "the runtime %q is %s, not %s", name, rt.Kind, clip(said))
	}
	if !slices.Contains(kind.RuntimeKinds, string(rt.Kind)) {
		return fault.New(fault.Invalid, "RuntimeKind", "a runtime of kind %s can't reach sources of kind %s", rt.Kind, kind.Name)
	}
	return nil
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// visibleScan is a scan that the caller may do something with.
func (p *Plane) visibleScan(r *http.Request, a access.Action) (model.Scan, error) {
	return p.scanFor(r, r.PathValue("source"), r.PathValue("scan"), a)
}

func (p *Plane) scanFor(r *http.Request, source, name string, a access.Action) (model.Scan, error) {
	sc, err := p.Definitions.Scan(r.Context(), source, name)
	if err != nil {
		return sc, err
	}
	if err := p.may(r, access.ReadScan, sc.Collection); err != nil {
		return sc, hide(err, "scan", source+"/"+name)
	}
	if a == access.ReadScan {
		return sc, nil
	}
	return sc, p.may(r, a, sc.Collection)
}

func (p *Plane) getScan(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.ReadScan)
	if err != nil {
		return err
	}
	kind, err := p.kindOfSource(r, sc.Source)
	if err != nil {
		return err
	}
	answer, err := p.scanAnswer(r, sc, kind)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, answer)
	return nil
}

func (p *Plane) kindOfSource(r *http.Request, source string) (model.Kind, error) {
	src, err := p.Definitions.Source(r.Context(), source)
	if err != nil {
		return model.Kind{}, err
	}
	return p.Definitions.Kind(r.Context(), src.Kind)
}

func (p *Plane) deleteScan(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return err
	}
	if err := p.Definitions.DeleteScan(r.Context(), sc.Source, sc.Name); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}

func (p *Plane) listScans(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	src, err := p.visibleSource(r, access.ReadSource)
	if err != nil {
		return err
	}
	kind, err := p.Definitions.Kind(r.Context(), src.Kind)
	if err != nil {
		return err
	}
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadScan)
	if err != nil {
		return err
	}
	scans, next, err := p.Definitions.ListScans(r.Context(), src.Name, at.After, at.Limit)
	if err != nil {
		return err
	}
	triggers, err := p.Definitions.Triggers(r.Context(), src.Name, at.After, at.Limit)
	if err != nil {
		return err
	}
	var value []any
	for _, sc := range scans {
		if !slices.Contains(readable, sc.Collection) {
			continue
		}
		answer, err := p.scanAnswer(r, sc, kind)
		if err != nil {
			return err
		}
		answer["lastRunResult"], answer["purlieuTrigger"] = nil, nil
		if t, ok := triggers[sc.Name]; ok {
			answer["purlieuTrigger"] = triggerAnswer(t)
		}
		value = append(value, answer)
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

func (p *Plane) scanAnswer(r *http.Request, sc model.Scan, kind model.Kind) (map[string]any, error) {
	props := map[string]any{}
	fill(props, sc.Wire, kind.Scan, sc.Settings)
	modified := api.Time(sc.Modified)
	props["createdAt"], props["lastModifiedAt"] = api.Time(sc.Created), modified
	props["collection"] = collectionOf(sc.Collection, modified)
	props["purlieuLevel"] = levelName(sc.Level)
	if sc.Priority != "" {
		props["purlieuPriority"] = sc.Priority
	}
	props["credential"], props["connectedVia"] = nil, nil
	if sc.Credential != "" {
		cred, err := p.Definitions.Credential(r.Context(), sc.Credential)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		props["credential"] = map[string]any{"referenceName": sc.Credential, "credentialType": cred.Kind}
	}
	if sc.Runtime != model.BuiltInRuntime {
		via := map[string]any{"referenceName": sc.Runtime}
		rt, err := p.Runtimes.Runtime(r.Context(), sc.Runtime)
		switch {
		case err == nil:
			via["integrationRuntimeType"] = rt.Kind
		case !fault.Is(err, fault.NotFound):
			return nil, err
		}
		props["connectedVia"] = via
	}
	return map[string]any{
		"id": scanID(sc), "name": sc.Name, "dataSourceName": sc.Source, "kind": sc.Kind, "creationType": "Manual", "properties": props,
	}, nil
}

func scanID(sc model.Scan) string { return "datasources/" + sc.Source + "/scans/" + sc.Name }

func levelName(l model.Level) string { return "L" + string('0'+rune(l)) }
