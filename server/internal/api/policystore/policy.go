package policystore

import (
	"strings"

	"github.com/purlieu/purlieu/server/internal/access"
)

// condition is one term of a rule.
type condition struct {
	Name     string   `json:"attributeName"`
	Includes string   `json:"attributeValueIncludes,omitempty"`
	In       []string `json:"attributeValueIncludedIn,omitempty"`
	From     string   `json:"fromRule,omitempty"`
	// Exclusions are published, and never kept.
	Excludes any `json:"attributeValueExcludes,omitempty"`
	NotIn    any `json:"attributeValueExcludedIn,omitempty"`
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
		Description    string `json:"description"`
		AttributeRules []rule `json:"attributeRules"`
		DecisionRules  []rule `json:"decisionRules"`
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

// answer is the published form of a collection's roles: a rule for each role that somebody holds there, and what they
// permit together. Who administers the collection above administers this one, whatever is inherited.
func (p *Plane) answer(policy access.Policy) map[string]any {
	name, parent := policy.Collection.Name, policy.Collection.Parent
	rules, permitted := []rule{}, [][]condition{}
	for _, r := range roleNames() {
		id := builtIn + string(r.role)
		var terms [][]condition
		if holders := policy.Holders[r.role]; len(holders) > 0 {
			terms = append(terms, []condition{
				{Name: principalID, In: bare(holders)}, {Name: derivedRole, Includes: id, From: id},
			})
		}
		if parent != "" && r.role == access.CollectionAdministrator {
			terms = append(terms, includes(id+":"+parent))
		}
		if len(terms) > 0 {
			rules = append(rules, rule{Kind: "attributerule", ID: id + ":" + name, Name: id + ":" + name, Terms: terms})
			permitted = append(permitted, includes(id+":"+name))
		}
	}
	if parent != "" && policy.Inherits {
		permitted = append(permitted, includes(permissionOf(parent)))
	}
	rules = append(rules, rule{Kind: "attributerule", ID: permissionOf(name), Name: permissionOf(name), Terms: permitted})
	properties := map[string]any{
		"description": "", "attributeRules": rules, "decisionRules": []rule{decision(name)},
		"collection": map[string]any{"type": "CollectionReference", "referenceName": name},
	}
	if parent != "" {
		properties["parentCollectionName"] = parent
	}
	return map[string]any{"id": p.idOf(name), "name": "policy_" + name, "version": policy.Version, "properties": properties}
}

// permissionOf is the rule that says what is permitted in a collection: by which of its roles, and whether by what is
// permitted in the one above.
func permissionOf(collection string) string { return "permission:" + collection }

// decision is the rule that lets in whom the collection's permission holds.
func decision(name string) rule {
	return rule{Kind: "decisionrule", Effect: "Permit", Terms: [][]condition{{
		{Name: "resource.purview.collection", Includes: name},
		{Name: permission, Includes: permissionOf(name), From: permissionOf(name)},
	}}}
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
