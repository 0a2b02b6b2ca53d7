package main

import (
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

// gone is the guid of the deleted asset of a qualified name.
func (a *app) gone(account *client.Client, name string) (string, error) {
	alive, deleted, err := a.called(account, name)
	switch {
	case err != nil:
		return "", err
	case len(deleted) == 1:
		return deleted[0].text("id"), nil
	case len(deleted) > 1:
		called := make([]string, len(deleted))
		for i, d := range deleted {
			called[i] = d.text("entityType") + " " + d.text("id")
		}
		return "", fault.New(fault.Conflict, "ManyAssets", "deleted assets of several types were called %q", name).
			Try("Give the guid of one: %s", strings.Join(called, ", "))
	case len(alive) > 0:
		return "", fault.New(fault.Conflict, "NotDeleted", "the asset %q is there, and not deleted", name).Try("See it: purlieu asset show %s", alive[0].text("id"))
	}
	return "", fault.New(fault.NotFound, "NoAsset", "no deleted asset has the qualified name %q", name).
		Try("`purlieu asset delete` said guid and name when it deleted the asset; those that a run deleted: purlieu run changes RUN --verb deleted")
}
