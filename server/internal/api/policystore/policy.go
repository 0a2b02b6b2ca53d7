package policystore

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

// condition is one term of a rule.
type condition struct {
	Name     string   `json:"attributeName"`
	Includes string   `json:"attributeValueIncludes,omitempty"`
	In       []string `json:"attributeValueIncludedIn,omitempty"`
	From     string   `json:"fromRule,omitempty"`
}

// rule is an alternative of conjunctions: one of them must hold whole.
type rule struct {
	Kind   string        `json:"kind"`
	ID     string        `json:"id,omitempty"`
	Name   string        `json:"name,omitempty"`
	Effect string        `json:"effect,omitempty"`
	Terms  [][]condition `json:"dnfCondition"`
}

type policyBody struct {
	Version    *int64 `json:"version"`
	Properties struct {
		AttributeRules []rule `json:"attributeRules"`
		Collection     struct {
			Name string `json:"referenceName"`
		} `json:"collection"`
	} `json:"properties"`
}

const (
	principalID    = "principal.microsoft.id"
	principalGroup = "principal.microsoft.groups"
	derivedRole    = "derived.purview.role"
	permission     = "derived.purview.permission"
)

// answer is the published form of a collection's roles.
func (p *Plane) answer(policy access.Policy) map[string]any {
	name, parent := policy.Collection.Name, policy.Collection.Parent
	var rules []rule
	var permitted [][]condition
	for _, r := range roleNames() {
		id := builtIn + string(r.role)
		terms := [][]condition{}
		if holders := policy.Holders[r.role]; len(holders) > 0 {
			terms = append(terms, []condition{
				{Name: principalID, In: bare(holders)}, {Name: derivedRole, Includes: id, From: id},
			})
		}
		if parent != "" && (policy.Inherits || r.role == access.CollectionAdministrator) {
			terms = append(terms, includes(id+":"+parent))
		}
		rules = append(rules, rule{Kind: "attributerule", ID: id + ":" + name, Name: id + ":" + name, Terms: terms})
		permitted = append(permitted, includes(id+":"+name))
	}
	if parent != "" && policy.Inherits {
		permitted = append(permitted, includes("permission:"+parent))
	}
	rules = append(rules, rule{Kind: "attributerule", ID: "permission:" + name, Name: "permission:" + name, Terms: permitted})
	properties := map[string]any{
		"description": "", "attributeRules": rules,
		"decisionRules": []rule{{Kind: "decisionrule", Effect: "Permit", Terms: [][]condition{{
			{Name: "resource.purview.collection", Includes: name}, {Name: permission, Includes: "permission:" + name, From: "permission:" + name},
		}}}},
		"collection": map[string]any{"type": "CollectionReference", "referenceName": name},
	}
	if parent != "" {
		properties["parentCollectionName"] = parent
	}
	return map[string]any{"id": p.idOf(name), "name": "policy_" + name, "version": policy.Version, "properties": properties}
}

func includes(right string) []condition {
	return []condition{{Name: permission, Includes: right, From: right}}
}

// bare are the guids of principals.
func bare(holders []string) []string {
	out := make([]string, len(holders))
	for i, h := range holders {
		_, out[i], _ = strings.Cut(h, ":")
	}
	return out
}

func refused(text string, args ...any) error {
	return fault.New(fault.Invalid, "PolicyNotUnderstood", text, args...).
		Try("Read the policy, change who is named in its rules, and send it back")
}

// read makes roles of a published policy. A role that the policy has no rule for is held by nobody.
func (p *Plane) read(ctx context.Context, old access.Policy, body policyBody) (access.Policy, error) {
	name, parent := old.Collection.Name, old.Collection.Parent
	if said := body.Properties.Collection.Name; said != "" && said != name {
		return old, refused("the policy is of the collection %s, not %s", name, said[:min(len(said), 80)])
	}
	next := access.Policy{Collection: old.Collection, Holders: map[access.Role][]string{}, Inherits: true, Version: -1}
	if body.Version != nil {
		next.Version = *body.Version
	}
	inherits := map[access.Role]bool{}
	for _, r := range roleNames() {
		next.Holders[r.role] = nil
	}
	for _, rule := range body.Properties.AttributeRules {
		if rule.ID == "permission:"+name {
			continue // follows from the others
		}
		id, collection, _ := strings.Cut(rule.ID, ":")
		role := access.Role(strings.TrimPrefix(id, builtIn))
		if _, known := next.Holders[role]; !known || collection != name || !strings.HasPrefix(id, builtIn) {
			return old, refused("the rule %s is not one of a role on this collection", rule.ID[:min(len(rule.ID), 120)])
		}
		for _, term := range rule.Terms {
			if len(term) == 1 && term[0].Name == permission && term[0].Includes == id+":"+parent && parent != "" {
				inherits[role] = true
				continue
			}
			holders, err := p.holders(ctx, rule, id, term)
			if err != nil {
				return old, err
			}
			next.Holders[role] = append(next.Holders[role], holders...)
		}
	}
	var err error
	next.Inherits, err = inheritance(parent, inherits)
	return next, err
}

// inheritance is whether roles are inherited: all of them, or none but the collection administrator's.
func inheritance(parent string, inherits map[access.Role]bool) (bool, error) {
	if parent == "" {
		return true, nil
	}
	if !inherits[access.CollectionAdministrator] {
		return false, refused("whoever administers the collection above administers this one too: that rule can't be cut")
	}
	n := 0
	for _, r := range roleNames() {
		if r.role != access.CollectionAdministrator && inherits[r.role] {
			n++
		}
	}
	if n != 0 && n != len(roleNames())-1 {
		return false, refused("either all roles but the collection administrator's are inherited here, or none is")
	}
	return n != 0, nil
}

// holders reads "these people hold this role".
func (p *Plane) holders(ctx context.Context, r rule, role string, term []condition) (out []string, err error) {
	said := slices.ContainsFunc(term, func(c condition) bool { return c.Name == derivedRole && c.Includes == role })
	if len(term) != 2 || !said {
		return nil, refused("the rule %s holds a condition that can't be kept", r.ID[:min(len(r.ID), 120)])
	}
	for _, c := range term {
		switch c.Name {
		case derivedRole:
		case principalID:
			guids := c.In
			if c.Includes != "" {
				guids = append(guids, c.Includes)
			}
			for _, guid := range guids {
				holder, err := p.Policies.HolderOf(ctx, guid)
				if err != nil {
					return nil, err
				}
				out = append(out, holder)
			}
		case principalGroup:
			return nil, fault.New(fault.Unsupported, "GroupsUnsupported", "groups can't hold roles in this build").Try("Name the people and apps")
		default:
			return nil, refused("the rule %s asks for %s, which is not kept", r.ID[:min(len(r.ID), 120)], c.Name[:min(len(c.Name), 80)])
		}
	}
	return out, nil
}
