package all

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/connector/connectortest"
)

func TestEveryConnectorKeepsTheLawsOfDescriptions(t *testing.T) {
	folders := map[string]string{"AmazonPostgreSql": "postgres", "AzurePostgreSql": "postgres", "FileSystem": "filesystem", "PostgreSql": "postgres"}
	for _, c := range All() {
		kind := c.Describe()
		t.Run(kind.Name, func(t *testing.T) {
			connectortest.Describe(t, c, filepath.Join("..", folders[kind.Name]))
		})
	}
}

func TestKindsAndTypesAreUnique(t *testing.T) {
	var kinds []string
	types := map[string]string{}
	for _, c := range All() {
		kind := c.Describe()
		kinds = append(kinds, kind.Name)
		for _, def := range kind.Types {
			if other, taken := types[def.Name]; taken {
				t.Errorf("type %q is of %s and of %s", def.Name, other, kind.Name)
			}
			types[def.Name] = kind.Name
		}
	}
	if !slices.IsSorted(kinds) || len(slices.Compact(slices.Clone(kinds))) != len(kinds) {
		t.Errorf("kinds are not sorted and unique: %v", kinds)
	}
}
