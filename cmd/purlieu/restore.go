package main

import (
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

type assetRestoreCmd struct {
	Name string `arg:"" help:"Guid or qualified name of the deleted asset."`
}

// Run brings an asset back.
func (c assetRestoreCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	guid := c.Name
	if !guidText.MatchString(guid) {
		if guid, err = a.gone(account, c.Name); err != nil {
			return err
		}
	}
	if err := account.Do(a.ctx, "POST", "/manage/v1/assets/"+esc(guid)+"/restore", nil, nil); err != nil {
		return err
	}
	a.say("The asset %s is back. See it: purlieu asset show %s", c.Name, guid)
	return nil
}

// gone is the guid of the deleted asset of a qualified name. Searches find no asset that is deleted, so it is asked for by each
// type that there is.
func (a *app) gone(account *client.Client, name string) (string, error) {
	if !strings.Contains(name, "://") {
		return "", fault.New(fault.Invalid, "BadName", "%q is neither a guid nor a qualified name, and nothing else finds a deleted asset", name).
			Try("`purlieu asset delete` said the guid when it deleted the asset; those that a run deleted: purlieu run changes RUN --verb deleted")
	}
	var types []object
	if err := account.Get(a.ctx, "/datamap/api/atlas/v2/types/typedefs/headers?type=entity", &types); err != nil {
		return "", err
	}
	alive, deleted, called := false, []string{}, []string{}
	for _, t := range types {
		var found object
		path := "/datamap/api/atlas/v2/entity/uniqueAttribute/type/" + esc(t.text("name")) + "?" + url.Values{"attr:qualifiedName": {name}}.Encode()
		switch err := account.Get(a.ctx, path, &found); {
		case fault.Is(err, fault.NotFound):
			continue
		case err != nil:
			return "", err
		}
		guid := found.text("entity", "guid")
		switch {
		case found.text("entity", "status") != "DELETED":
			alive = true
		case !slices.Contains(deleted, guid):
			deleted, called = append(deleted, guid), append(called, found.text("entity", "typeName")+" "+guid)
		}
	}
	switch {
	case len(deleted) == 1:
		return deleted[0], nil
	case len(deleted) > 1:
		return "", fault.New(fault.Conflict, "ManyAssets", "deleted assets of several types were called %q", name).
			Try("Give the guid of one: %s", strings.Join(called, ", "))
	case alive:
		return "", fault.New(fault.Conflict, "NotDeleted", "the asset %q is there, and not deleted", name).Try("See it: purlieu asset show")
	}
	return "", fault.New(fault.NotFound, "NoAsset", "no deleted asset was called %q", name).
		Try("See what a run deleted: purlieu run changes RUN --verb deleted")
}
