// Package all is the list of the families of rules that are built in, in alphabetical order. A smaller binary is a
// shorter list.
package all

import (
	"slices"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/classify/contact"
	"github.com/purlieu/purlieu/classify/finance"
	"github.com/purlieu/purlieu/classify/government"
	"github.com/purlieu/purlieu/classify/identifier"
	"github.com/purlieu/purlieu/classify/network"
)

// All gives the rules of all families.
func All() []classify.Rule {
	return slices.Concat(
		contact.Rules(),
		finance.Rules(),
		government.Rules(),
		identifier.Rules(),
		network.Rules(),
	)
}
