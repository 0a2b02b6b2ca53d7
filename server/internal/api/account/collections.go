package account

import (
	"net/http"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

type reference struct {
	Name string `json:"referenceName"`
	Type string `json:"type"`
}

type collectionBody struct {
	FriendlyName string     `json:"friendlyName"`
	Description  string     `json:"description"`
	Parent       *reference `json:"parentCollection"`
}

func collectionAnswer(c access.Collection) map[string]any {
	out := map[string]any{
		"name": c.Name, "friendlyName": c.FriendlyName, "description": c.Description, "collectionProvisioningState": "Succeeded",
		"systemData": map[string]any{
			"createdAt": api.Time(c.Created), "createdBy": c.CreatedBy, "createdByType": kindOf(c.CreatedBy),
			"lastModifiedAt": api.Time(c.Modified), "lastModifiedBy": c.ModifiedBy, "lastModifiedByType": kindOf(c.ModifiedBy),
		},
	}
	if c.Parent != "" {
		out["parentCollection"] = reference{c.Parent, "CollectionReference"}
	}
	return out
}

// kindOf is the published word for what a principal is.
func kindOf(principal string) string {
	if len(principal) > 4 && principal[:4] == "app:" {
		return "Application"
	}
	return "User"
}

func none(name string) error {
	return fault.New(fault.NotFound, "CollectionNotFound", "there is no collection %s", name[:min(len(name), 80)])
}

// visible is the collection that the path names, when the caller may read it.
func (p *Plane) visible(r *http.Request) (access.Collection, error) {
	name := r.PathValue("collection")
	if err := api.Visible(r, p.Decider, access.ReadCollection, name, none(name)); err != nil {
		return access.Collection{}, orNone(err, name)
	}
	c, err := p.Collections.Collection(r.Context(), name)
	return c, orNone(err, name)
}

func orNone(err error, name string) error {
	if fault.Is(err, fault.NotFound) {
		return none(name)
	}
	return err
}

func (p *Plane) getCollection(w http.ResponseWriter, r *http.Request) error {
	c, err := p.visible(r)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, collectionAnswer(c))
	return nil
}

const maxPage = 500

// page cuts a list that is sorted by name.
func page(r *http.Request, all []access.Collection) (list []access.Collection, next string, err error) {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return nil, "", err
	}
	for _, c := range all {
		if c.Name <= at.After {
			continue
		}
		if len(list) == at.Limit {
			return list, list[at.Limit-1].Name, nil
		}
		list = append(list, c)
	}
	return list, "", nil
}

// readable are the collections that the caller may read, by name.
func (p *Plane) readable(r *http.Request) ([]access.Collection, error) {
	names, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadCollection)
	if err != nil {
		return nil, err
	}
	all, err := p.Collections.Collections(r.Context())
	return slices.DeleteFunc(all, func(c access.Collection) bool { return !slices.Contains(names, c.Name) }), err
}

func (p *Plane) list(w http.ResponseWriter, r *http.Request) error {
	all, err := p.readable(r)
	if err != nil {
		return err
	}
	list, next, err := page(r, all)
	if err != nil {
		return err
	}
	value := []any{}
	for _, c := range list {
		value = append(value, collectionAnswer(c))
	}
	api.Answer(w, http.StatusOK, map[string]any{"value": value, "count": len(all), "nextLink": api.NextLink(r, next)})
	return nil
}

func (p *Plane) children(w http.ResponseWriter, r *http.Request) error {
	c, err := p.visible(r)
	if err != nil {
		return err
	}
	all, err := p.readable(r)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(child access.Collection) bool { return child.Parent != c.Name })
	list, next, err := page(r, all)
	if err != nil {
		return err
	}
	value := []any{}
	for _, child := range list {
		value = append(value, map[string]any{"name": child.Name, "friendlyName": child.FriendlyName})
	}
	api.Answer(w, http.StatusOK, map[string]any{"value": value, "count": len(all), "nextLink": api.NextLink(r, next)})
	return nil
}

// path tells what stands above a collection, the root first. The friendly name of what may not be read is not told.
func (p *Plane) path(w http.ResponseWriter, r *http.Request) error {
	c, err := p.visible(r)
	if err != nil {
		return err
	}
	all, err := p.Collections.Collections(r.Context())
	if err != nil {
		return err
	}
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadCollection)
	if err != nil {
		return err
	}
	byName := map[string]access.Collection{}
	for _, one := range all {
		byName[one.Name] = one
	}
	names, friendly := []string{}, []string{}
	for at := byName[c.Parent]; at.Name != "" && len(names) < len(all); at = byName[at.Parent] {
		word := at.Name
		if slices.Contains(readable, at.Name) {
			word = at.FriendlyName
		}
		names, friendly = append(names, at.Name), append(friendly, word)
	}
	slices.Reverse(names)
	slices.Reverse(friendly)
	api.Answer(w, http.StatusOK, map[string]any{"parentNameChain": names, "parentFriendlyNameChain": friendly})
	return nil
}

func (p *Plane) putCollection(w http.ResponseWriter, r *http.Request) error {
	var body collectionBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	name := r.PathValue("collection")
	next := access.Collection{
		Name: name, FriendlyName: body.FriendlyName, Description: body.Description, ModifiedBy: api.PrincipalOf(r).ID,
	}
	if body.Parent != nil {
		next.Parent = body.Parent.Name
	}
	old, err := p.Collections.Collection(r.Context(), name)
	there := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if next.Parent == "" && name != access.RootCollection {
		next.Parent = access.RootCollection
		if there {
			next.Parent = old.Parent
		}
	}
	if err := p.mayPut(r, old, next); err != nil {
		return err
	}
	if _, err := p.Collections.PutCollection(r.Context(), next); err != nil {
		return err
	}
	c, err := p.Collections.Collection(r.Context(), name)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, collectionAnswer(c))
	return nil
}

// mayPut asks for the collection as it is, and where it is made or moved for the parents that it leaves and gets: whoever
// may only write the collection itself can't take it out of the sight of those above.
func (p *Plane) mayPut(r *http.Request, old, next access.Collection) error {
	var asked []string
	if old.Name != "" {
		asked = append(asked, old.Name)
	}
	if next.Parent != old.Parent {
		asked = append(asked, next.Parent)
		if old.Parent != "" {
			asked = append(asked, old.Parent)
		}
	}
	for _, name := range asked {
		err := p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteCollection, name)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "InvalidParent", "the parent collection %s does not exist", name[:min(len(name), 80)])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Plane) deleteCollection(w http.ResponseWriter, r *http.Request) error {
	c, err := p.visible(r)
	if err != nil {
		return err
	}
	if err := p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteCollection, c.Name); err != nil {
		return err
	}
	if err := p.Collections.DeleteCollection(r.Context(), c.Name); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}
