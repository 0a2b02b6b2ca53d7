package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// GapRow is a gap as a run keeps it; doors see it without the store.
type GapRow = store.GapRow

func scanKey(source, scan string) string { return source + "/" + scan }

// PutScan writes a scan's definition. Level 0 means L3 or the deepest that the kind reads, Runtime "" the built-in
// one, Collection "" the source's. The scope is not part of it: SetScope writes that, and it stays.
func (s *Service) PutScan(ctx context.Context, sc model.Scan) (out model.Scan, created bool, err error) {
	if err := checkName("scan", sc.Name); err != nil {
		return out, false, err
	}
	if err := checkKept(sc.Wire); err != nil {
		return out, false, err
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		out, created, err = s.putScan(ctx, tx, sc)
		return err
	})
	return out, created, err
}

func (s *Service) putScan(ctx context.Context, tx store.Tx, sc model.Scan) (model.Scan, bool, error) {
	src, err := sourceOf(ctx, tx, sc.Source)
	if err != nil {
		return sc, false, err
	}
	kind, err := kindOf(ctx, tx, src.Kind)
	if err != nil {
		return sc, false, err
	}
	if sc.Kind, err = checkScanKind(kind, sc.Kind); err != nil {
		return sc, false, err
	}
	if sc.Level, err = checkLevel(kind, sc.Level); err != nil {
		return sc, false, err
	}
	if err := checkPriority(sc.Priority); err != nil {
		return sc, false, fault.At(err, "properties.purlieuPriority")
	}
	if err := checkSettings(kind.Scan, sc.Settings, "a scan of a source of kind "+kind.Name); err != nil {
		return sc, false, fault.At(err, "properties")
	}
	if sc.Runtime == "" {
		sc.Runtime = model.BuiltInRuntime
	}
	if sc.Runtime == model.BuiltInRuntime && !slices.Contains(kind.RuntimeKinds, string(model.RuntimeManaged)) {
		return sc, false, fault.New(fault.Invalid, "RuntimeKind", "the built-in runtime can't reach sources of kind %s", kind.Name).
			Try("Name a self-hosted runtime (--runtime, or properties.connectedVia)")
	}
	if sc.Runtime == model.BuiltInRuntime && !s.Own(kind.Name) {
		return sc, false, fault.New(fault.Invalid, "RuntimeKind", "the built-in runtime is of this account's build, which has no connector for %s", kind.Name).
			Try("Name the runtime whose nodes have one (--runtime, or properties.connectedVia); purlieu kinds %s shows them", kind.Name)
	}
	if sc.Collection == "" {
		sc.Collection = src.Collection
	}
	if _, err := loginFor(ctx, tx, kind, sc.Credential); err != nil {
		return sc, false, err
	}
	var old model.Scan
	doc, err := load(ctx, tx, DocScan, scanKey(sc.Source, sc.Name), &old)
	created := fault.Is(err, fault.NotFound)
	if err != nil && !created {
		return sc, false, err
	}
	sc.Scope, sc.Filtered = old.Scope, old.Filtered
	if !created && old.Collection != sc.Collection {
		// What the scan found moves with it: without a base the next run sends everything, and all of it is put there.
		if err := tx.Map().DeleteBases(ctx, scanKey(sc.Source, sc.Name)); err != nil {
			return sc, false, err
		}
	}
	return saveScan(ctx, tx, doc.Version, sc)
}

func saveScan(ctx context.Context, tx store.Tx, version int64, sc model.Scan) (model.Scan, bool, error) {
	doc, err := save(ctx, tx, DocScan, scanKey(sc.Source, sc.Name), version, sc)
	if err != nil {
		return sc, false, fmt.Errorf("store the scan %s of %s: %w", sc.Name, sc.Source, err)
	}
	sc.Created, sc.Modified = doc.Created, doc.Modified
	return sc, version == 0, nil
}

// SetScope narrows a scan, by patterns over paths below the source. It reports whether no filter was put before.
func (s *Service) SetScope(ctx context.Context, source, scan string, scope model.Scope) (created bool, err error) {
	if len(scope.Include)+len(scope.Exclude) > 1000 {
		return false, fault.New(fault.Invalid, "TooManyFilters", "a scan takes at most 1000 prefixes")
	}
	for _, p := range append(slices.Clone(scope.Include), scope.Exclude...) {
		if len(p) > maxSetting || !model.Storable(p) {
			return false, fault.New(fault.Invalid, "BadFilter", "%q can't be a prefix", clip(p))
		}
	}
	if slices.Contains(scope.Exclude, "") {
		return false, fault.New(fault.Invalid, "BadFilter", "this filter excludes the whole source")
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		var sc model.Scan
		doc, err := load(ctx, tx, DocScan, scanKey(source, scan), &sc)
		if err != nil {
			return missing(err, "scan", source+"/"+scan)
		}
		created = !HasFilter(sc)
		sc.Scope, sc.Filtered = scope, true
		_, _, err = saveScan(ctx, tx, doc.Version, sc)
		return err
	})
	return created, err
}

// HasFilter reports whether a filter was put, be it an empty one.
func HasFilter(sc model.Scan) bool {
	return sc.Filtered || len(sc.Scope.Include)+len(sc.Scope.Exclude) > 0
}

// Scan is one scan of a source.
func (s *Service) Scan(ctx context.Context, source, name string) (sc model.Scan, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		sc, err = scanOf(ctx, tx, source, name)
		return err
	})
	return sc, err
}

func scanOf(ctx context.Context, tx store.Tx, source, name string) (model.Scan, error) {
	var sc model.Scan
	doc, err := load(ctx, tx, DocScan, scanKey(source, name), &sc)
	sc.Created, sc.Modified = doc.Created, doc.Modified
	return sc, missing(err, "scan", source+"/"+name)
}

// ListScans gives the scans of a source by name, after a name, and the cursor of the next page.
func (s *Service) ListScans(ctx context.Context, source, after string, limit int) (list []model.Scan, next string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		if _, err := sourceOf(ctx, tx, source); err != nil {
			return err
		}
		if after != "" {
			after = scanKey(source, after)
		}
		docs, cursor, err := page(ctx, tx, DocScan, source+"/", after, limit)
		if err != nil {
			return err
		}
		list, next = make([]model.Scan, len(docs)), strings.TrimPrefix(cursor, source+"/")
		for i, doc := range docs {
			if err := json.Unmarshal(doc.Body, &list[i]); err != nil {
				return fmt.Errorf("read the stored scan %q: %w", doc.Key, err)
			}
			list[i].Created, list[i].Modified = doc.Created, doc.Modified
		}
		return nil
	})
	return list, next, err
}

// DeleteScan removes a scan's definition and what it remembers of its last run. Its assets and the history of its
// runs stay. It is a Conflict while a run is not over.
func (s *Service) DeleteScan(ctx context.Context, source, name string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if _, err := scanOf(ctx, tx, source, name); err != nil {
			return err
		}
		active, err := tx.Runs().ListRuns(ctx, store.RunQuery{
			Source: source, Scan: name, States: []model.RunState{model.RunQueued, model.RunInProgress}, Limit: 1,
		})
		if err != nil {
			return err
		}
		if len(active) > 0 {
			return fault.New(fault.Conflict, "ScanIsRunning", "the scan %q of %q is running", name, source).
				Try("Cancel its run first (purlieu scan cancel %s %s); one that asks a person ends with the answer (purlieu proposal list)", source, name)
		}
		if err := tx.Map().DeleteBases(ctx, scanKey(source, name)); err != nil {
			return fmt.Errorf("forget what the scan %s saw: %w", name, err)
		}
		if err := forgetFormers(ctx, tx, "scan:"+scanKey(source, name)); err != nil {
			return fmt.Errorf("forget what the scan %s left to settle: %w", name, err)
		}
		if err := tx.Docs().Delete(ctx, docSize, scanKey(source, name), 0); err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("forget the size of the scan %s: %w", name, err)
		}
		if err := tx.Docs().Delete(ctx, DocTrigger, scanKey(source, name), 0); err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("take the trigger of the scan %s away: %w", name, err)
		}
		return tx.Docs().Delete(ctx, DocScan, scanKey(source, name), 0)
	})
}

// template fills a grant with all that a run of a scan needs, as the definitions stand now; Ref, Run and Unit are the
// run's own. A definition that no longer fits together is refused with what to mend.
func (s *Service) template(ctx context.Context, tx store.Tx, source, scan string) (bus.Grant, model.Scan, error) {
	src, err := sourceOf(ctx, tx, source)
	if err != nil {
		return bus.Grant{}, model.Scan{}, err
	}
	sc, err := scanOf(ctx, tx, source, scan)
	if err != nil {
		return bus.Grant{}, sc, err
	}
	kind, err := kindOf(ctx, tx, src.Kind)
	if err != nil {
		return bus.Grant{}, sc, err
	}
	login, err := loginFor(ctx, tx, kind, sc.Credential)
	if err != nil {
		return bus.Grant{}, sc, err
	}
	settings := model.Settings{}
	for _, list := range []model.Settings{src.Settings, sc.Settings} {
		for name, value := range list {
			if name != SettingAuthority {
				settings[name] = value
			}
		}
	}
	budget := src.Budget
	if budget.UnitSeconds == 0 {
		budget.UnitSeconds = s.cfg.UnitSeconds
	}
	return bus.Grant{
		Kind: src.Kind, Source: src.Name, Scan: sc.Name, Authority: src.Authority, Settings: settings,
		Scope: sc.Scope, Level: sc.Level, Budget: budget, Login: login, LeaseMS: int(s.cfg.Lease.Milliseconds()),
	}, sc, nil
}

// adding is the command that makes such a credential, with a gap for each part that a person has to fill.
func adding(use model.CredentialUse) string {
	command := "purlieu credential add " + use.Kind + " NAME"
	for _, f := range use.Fields {
		switch {
		case !f.Required || f.Default != "":
		case f.Secret:
			command += " --secret " + f.Name + "=file:…"
		case f.Name == "user":
			command += " --user …"
		default:
			command += " --set " + f.Name + "=…"
		}
	}
	return command
}

// loginFor looks a credential up, checks that it serves the kind and is complete, and puts in place of each vault
// connection what a node needs to reach it.
func loginFor(ctx context.Context, tx store.Tx, kind model.Kind, name string) (model.CredentialRef, error) {
	kinds := make([]string, len(kind.Credentials))
	for i, use := range kind.Credentials {
		kinds[i] = use.Kind
	}
	if name == "" {
		if len(kinds) > 0 && !slices.Contains(kinds, "ManagedIdentity") {
			return model.CredentialRef{}, fault.New(fault.Invalid, "CredentialNeeded", "a scan of a source of kind %s needs a credential", kind.Name).
				Try("Make one of kind %s, such as `%s`, and name it: --credential NAME, or properties.credential", strings.Join(kinds, " or "), adding(kind.Credentials[0]))
		}
		return model.CredentialRef{}, nil
	}
	cred, err := credentialOf(ctx, tx, name)
	if err != nil {
		return model.CredentialRef{}, err
	}
	use := kind.CredentialNamed(cred.Kind)
	if use == nil {
		return model.CredentialRef{}, fault.New(fault.Invalid, "WrongCredentialKind", "the credential %q is of kind %s, which sources of kind %s don't take", name, cred.Kind, kind.Name).
			Try("Use one of kind %s", strings.Join(kinds, " or "))
	}
	for _, f := range use.Fields {
		_, secret := cred.Secrets[f.Name]
		if f.Required && !secret && cred.Open[f.Name] == "" && f.Default == "" {
			return model.CredentialRef{}, fault.New(fault.Invalid, "IncompleteCredential", "the credential %q has no %s", name, f.Name)
		}
	}
	login := cred.CredentialRef
	login.Secrets = make(map[string]model.SecretRef, len(cred.Secrets))
	for field, ref := range cred.Secrets {
		v, err := vaultOf(ctx, tx, ref.Vault)
		if err != nil {
			return model.CredentialRef{}, err
		}
		login.Secrets[field] = model.SecretRef{Vault: v.Kind, Name: ref.Name, Version: ref.Version, Options: v.Options}
	}
	return login, nil
}
