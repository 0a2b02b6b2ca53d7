package env

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/vault/vaulttest"
)

func TestEnv(t *testing.T) {
	const known, empty, big, other = "PURLIEU_SECRET_SHOP", "PURLIEU_SECRET_EMPTY", "PURLIEU_SECRET_BIG", "AWS_SECRET_ACCESS_KEY"
	ref := func(name string) model.SecretRef { return model.SecretRef{Vault: "env", Name: name} }
	shop, variables := "", map[string]string{
		empty: "", big: strings.Repeat(vaulttest.Canary, 8000), other: vaulttest.Canary, "purlieu_secret_shop": vaulttest.Canary,
	}
	lookup := func(name string) (string, bool) {
		if name == known {
			return shop, true
		}
		v, ok := variables[name]
		return v, ok
	}
	vaulttest.Run(t, vaulttest.Member{
		Vault:   New(Config{Lookup: lookup}),
		Known:   ref(known),
		Set:     func(_ *testing.T, value string) { shop = value },
		Missing: ref("PURLIEU_SECRET_NONE"),
		Bad: map[string]vaulttest.Bad{
			"a variable without the prefix":       {Ref: ref(other), Kind: fault.Denied, Code: "OutsidePrefix"},
			"the prefix in another case":          {Ref: ref("purlieu_secret_shop"), Kind: fault.Denied, Code: "OutsidePrefix"},
			"the prefix alone":                    {Ref: ref(DefaultPrefix), Kind: fault.Denied, Code: "OutsidePrefix"},
			"an assignment for a name":            {Ref: ref("PURLIEU_SECRET_A=B"), Kind: fault.Denied, Code: "OutsidePrefix"},
			"no name":                             {Ref: ref(""), Kind: fault.Denied, Code: "OutsidePrefix"},
			"an empty value":                      {Ref: ref(empty), Kind: fault.Invalid, Code: "SecretEmpty"},
			"a value above the bound":             {Ref: ref(big), Kind: fault.Invalid, Code: "SecretTooBig"},
			"a version, which variables have not": {Ref: model.SecretRef{Vault: "env", Name: known, Version: "2"}, Kind: fault.Invalid, Code: "BadReference"},
		},
	})
}
