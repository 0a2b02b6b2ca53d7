package policystore

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

func refused(text string, args ...any) error {
	return fault.New(fault.Invalid, "PolicyNotUnderstood", text, args...).
		Try("Read the policy, change who is named in its rules, and send it back")
}

func clip(s string) string { return s[:min(len(s), 120)] }

// read makes roles of a published policy. A role that the policy has no rule for is held by nobody.
func (p *Plane) read(ctx context.Context, old access.Policy, body policyBody) (access.Policy, error) {
	name, parent := old.Collection.Name, old.Collection.Parent
	if said := body.Properties.Collection.Name; said != "" && said != name {
		return old, refused("the policy is of the collection %s, not %s", name, clip(said))
	}
	if body.Properties.Description != "" {
		return old, refused("a policy keeps no description")
	}
	for _, r := range body.Properties.DecisionRules {
		if !decides(r, name) {
			return old, refused("a decision rule other than the one of the collection %s can't be kept", name)
		}
	}
	next := access.Policy{Collection: old.Collection, Holders: map[access.Role][]string{}, Inherits: parent == "", Version: -1}
	if body.Version != nil {
		next.Version = *body.Version
	}
	for _, r := range roleNames() {
		next.Holders[r.role] = nil
	}
	administered := parent == ""
	permitted := []string{}
	for _, rule := range body.Properties.AttributeRules {
		if rule.excludes() {
			return old, refused("the rule %s excludes somebody, which can't be kept", clip(rule.ID))
		}
		if rule.ID == permissionOf(name) {
			inherits, rights, err := permits(rule, name, parent)
			if err != nil {
				return old, err
			}
			next.Inherits, permitted = next.Inherits || inherits, append(permitted, rights...)
			continue
		}
		id, collection, _ := strings.Cut(rule.ID, ":")
		role := access.Role(strings.TrimPrefix(id, builtIn))
		if _, known := next.Holders[role]; !known || collection != name || !strings.HasPrefix(id, builtIn) {
			return old, refused("the rule %s is not one of a role on this collection", clip(rule.ID))
		}
		for _, term := range rule.Terms {
			if role == access.CollectionAdministrator && parent != "" && isRight(term, id+":"+parent) {
				administered = true
				continue
			}
			holders, err := p.holders(ctx, rule, id, term)
			if err != nil {
				return old, err
			}
			next.Holders[role] = append(next.Holders[role], holders...)
		}
	}
	if !administered {
		return old, refused("whoever administers the collection above administers this one too: that rule can't be cut")
	}
	for _, r := range roleNames() {
		if right := builtIn + string(r.role) + ":" + name; len(next.Holders[r.role]) > 0 && !slices.Contains(permitted, right) {
			return old, refused("the rule %s does not include %s: its holders would hold nothing", permissionOf(name), right)
		}
	}
	return next, nil
}

// excludes reports whether a rule keeps anybody out.
func (r rule) excludes() bool {
	return r.Effect != "" && r.Effect != "Permit" || slices.ContainsFunc(slices.Concat(r.Terms...), func(c condition) bool { return c.Excludes != nil || c.NotIn != nil })
}

// isRight reports whether a term is "whom this right holds", and nothing beside it.
func isRight(term []condition, right string) bool {
	return len(term) == 1 && term[0].Name == permission && len(term[0].In) == 0 && term[0].Includes == right
}

// decides reports whether a rule is the decision that follows from the collection's permission.
func decides(r rule, name string) bool {
	want := decision(name)
	if r.Effect != want.Effect || r.excludes() || len(r.Terms) != 1 || len(r.Terms[0]) != len(want.Terms[0]) {
		return false
	}
	for _, w := range want.Terms[0] {
		if !slices.ContainsFunc(r.Terms[0], func(c condition) bool { return c.Name == w.Name && c.Includes == w.Includes && len(c.In) == 0 }) {
			return false
		}
	}
	return true
}

// permits reads the rule of the collection's permission: which roles are permitted there, and whether what is permitted
// above is inherited.
func permits(r rule, name, parent string) (inherits bool, rights []string, err error) {
	for _, term := range r.Terms {
		if parent != "" && isRight(term, permissionOf(parent)) {
			inherits = true
			continue
		}
		i := slices.IndexFunc(roleNames(), func(n roleName) bool { return isRight(term, builtIn+string(n.role)+":"+name) })
		if i < 0 {
			return false, nil, refused("the rule %s holds a condition that can't be kept", clip(r.ID))
		}
		rights = append(rights, term[0].Includes)
	}
	return inherits, rights, nil
}

// holders reads "these people hold this role".
func (p *Plane) holders(ctx context.Context, r rule, role string, term []condition) (out []string, err error) {
	said := slices.ContainsFunc(term, func(c condition) bool { return c.Name == derivedRole && c.Includes == role && len(c.In) == 0 })
	if len(term) != 2 || !said {
		return nil, refused("the rule %s holds a condition that can't be kept", clip(r.ID))
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
			return nil, refused("the rule %s asks for %s, which is not kept", clip(r.ID), clip(c.Name))
		}
	}
	return out, nil
}
