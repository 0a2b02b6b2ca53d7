// Package all is the list of the connectors that are built in, in alphabetical order of their kinds. A smaller binary
// is a shorter list.
package all

import (
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/filesystem"
	"github.com/purlieu/purlieu/connector/postgres"
)

// All makes one of each.
func All() []connector.Connector {
	return []connector.Connector{
		postgres.NewAmazon(), // AmazonPostgreSql
		postgres.NewAzure(),  // AzurePostgreSql
		filesystem.New(),     // FileSystem
		postgres.New(),       // PostgreSql
	}
}
