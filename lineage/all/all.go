// Package all lists the SQL dialects of this build.
package all

import (
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/lineage/postgres"
)

// All gives the dialects, by name.
func All() []lineage.Dialect {
	return []lineage.Dialect{
		postgres.New(),
	}
}
