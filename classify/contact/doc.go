// Package contact is the family of rules for ways to reach a person: e-mail addresses and telephone numbers.
package contact

import "github.com/purlieu/purlieu/classify"

// Rules gives one of each.
func Rules() []classify.Rule {
	return []classify.Rule{email(), internationalPhone(), usPhone()}
}
