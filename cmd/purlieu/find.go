package main

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
)

var guidText = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// find is the guid of what a person named, which may be deleted: by its guid, by a qualified name or a name that nothing else has.
func (a *app) find(account *client.Client, name string) (string, error) {
	hit, err := a.hit(account, name)
	if gone := (deletedError{}); errors.As(err, &gone) {
		return gone.hit.text("id"), nil
	}
	return hit.text("id"), err
}

// deletedError is that what a person named was deleted.
type deletedError struct {
	error
	hit object
}

// Unwrap gives the failure that people are told.
func (e deletedError) Unwrap() error { return e.error }

// hit is what the map says of what a person named, in the words of a search: its guid as id, its type and its qualified name; of a
// guid, which is not looked for, that alone. What is deleted is a deletedError where nothing that is there has the name.
func (a *app) hit(account *client.Client, name string) (object, error) {
	if guidText.MatchString(name) {
		return object{"id": strings.ToLower(name)}, nil
	}
	same, deleted, err := a.called(account, name)
	if err != nil {
		return nil, err
	}
	if len(same) == 0 {
		found, err := a.search(account, object{"keywords": nil, "limit": 20, "filter": object{"attributeName": "name", "operator": "eq", "attributeValue": name}})
		if err != nil {
			return nil, err
		}
		same = hits(found)
	}
	if len(same) == 0 && len(deleted) == 1 {
		return nil, deletedError{fault.New(fault.Conflict, "EntityDeleted", "the asset %q is deleted", name).
			Try("To bring it back: purlieu asset restore %s", deleted[0].text("id")), deleted[0]}
	}
	if len(same) == 0 {
		same = deleted
	}
	switch len(same) {
	case 0:
		return nil, fault.New(fault.NotFound, "NoAsset", "no asset is called %q", name).Try("Look for it with `purlieu search`")
	case 1:
		return same[0], nil
	}
	return nil, several(name, same)
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

// called are the assets of a qualified name, at most one of each type: those that are there, and those that were deleted.
func (a *app) called(account *client.Client, name string) (alive, deleted []object, err error) {
	list, err := a.items(account, "/manage/v1/assets?"+url.Values{"qualifiedName": {name}}.Encode())
	for _, o := range list {
		hit := object{"id": o.text("guid"), "entityType": o.text("type"), "qualifiedName": o.text("qualifiedName")}
		if o.text("deleted") == "true" {
			deleted = append(deleted, hit)
		} else {
			alive = append(alive, hit)
		}
	}
	return alive, deleted, err
}
