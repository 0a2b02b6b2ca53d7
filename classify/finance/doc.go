// Package finance is the family of rules for money: cards and accounts.
package finance

import "github.com/purlieu/purlieu/classify"

// Rules gives one of each.
func Rules() []classify.Rule { return []classify.Rule{card(), iban()} }
