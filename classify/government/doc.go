// Package government is the family of rules for numbers that states give to persons and firms.
package government

import "github.com/purlieu/purlieu/classify"

// Rules gives one of each.
func Rules() []classify.Rule { return []classify.Rule{usSSN()} }
