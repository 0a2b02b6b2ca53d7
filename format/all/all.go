// Package all is the list of the formats and packings that are built in, in alphabetical order of their names. A
// smaller binary is a shorter list.
package all

import (
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/format/delimited"
	"github.com/purlieu/purlieu/format/gzip"
	"github.com/purlieu/purlieu/format/json"
	"github.com/purlieu/purlieu/format/parquet"
)

// All makes one of each format.
func All() []format.Format {
	return []format.Format{
		delimited.New(),
		json.New(),
		parquet.New(),
	}
}

// Packings makes one of each packing.
func Packings() []format.Packing {
	return []format.Packing{
		gzip.New(),
	}
}
