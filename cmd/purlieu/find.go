package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

var guidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// find is the guid of what a person named: by its guid, by a qualified name or a name that nothing else has.
func (a *app) find(account *client.Client, name string) (string, error) {
	hit, err := a.hit(account, name)
	return hit.text("id"), err
}

// hit is what a search says of what a person named; of a guid, which is not searched for, the guid alone.
func (a *app) hit(account *client.Client, name string) (object, error) {
	if guidText.MatchString(name) {
		return object{"id": strings.ToLower(name)}, nil
	}
	for _, attribute := range []string{"qualifiedName", "name"} {
		found, err := a.called(account, attribute, name)
		if err != nil {
			return nil, err
		}
		switch same := hits(found); len(same) {
		case 0:
		case 1:
			return same[0], nil
		default:
			return nil, several(name, same)
		}
	}
	return nil, fault.New(fault.NotFound, "NoAsset", "no asset is called %q", name).Try("Look for it with `purlieu search`")
}

// several says what tells assets of one name apart: their qualified names or, where types share one, their guids.
func several(name string, same []object) error {
	names, guids := make([]string, len(same)), make([]string, len(same))
	for i, h := range same {
		names[i] = h.text("qualifiedName")
		guids[i] = h.text("entityType") + " " + h.text("id")
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 1 {
		return fault.New(fault.Conflict, "ManyAssets", "assets of several types are called %q", name).
			Try("Give the guid of one: %s", strings.Join(guids, ", "))
	}
	return fault.New(fault.Conflict, "ManyAssets", "several assets are called %q", name).
		Try("Name one: %s", strings.Join(names[:min(5, len(names))], ", "))
}

// called asks for the assets that have exactly this name or qualified name: a few of them, of which two are too many.
func (a *app) called(account *client.Client, attribute, name string) (found object, err error) {
	body := object{"keywords": nil, "limit": 20, "filter": object{"attributeName": attribute, "operator": "eq", "attributeValue": name}}
	err = account.Do(a.ctx, "POST", "/datamap/api/search/query", body, &found)
	return found, err
}
