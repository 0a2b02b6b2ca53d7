// Package identifier is the family of rules for identifiers that machines make.
package identifier

import "github.com/purlieu/purlieu/classify"

// Rules gives one of each.
func Rules() []classify.Rule { return []classify.Rule{uuid()} }
