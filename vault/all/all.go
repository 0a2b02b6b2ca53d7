// Package all lists the vaults of this build. A smaller build has a shorter list.
package all

import (
	"github.com/purlieu/purlieu/vault"
	"github.com/purlieu/purlieu/vault/env"
	"github.com/purlieu/purlieu/vault/file"
)

// Config holds what each vault needs from the node's configuration.
type Config struct {
	Env  env.Config
	File file.Config
}

// All is every vault, in alphabetical order, one of a kind.
func All(cfg Config) []vault.Vault {
	return []vault.Vault{
		env.New(cfg.Env),
		file.New(cfg.File),
	}
}
