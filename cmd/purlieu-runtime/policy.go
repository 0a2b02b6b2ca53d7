package main

import (
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node"
)

type policyCmd struct {
	Show  policyShowCmd  `cmd:"" help:"Show the policy, and check that it is one."`
	Allow policyAllowCmd `cmd:"" help:"Allow one source, or one secret for one source. A running node obeys at once."`
}

type policyShowCmd struct{ stateFlag }

// Run shows the policy.
func (c policyShowCmd) Run(a *app) error {
	if err := stateThere(c.State); err != nil {
		return err
	}
	text, trusts, err := node.ReadPolicy(c.State)
	if err != nil {
		return err
	}
	a.say("# %s", node.PolicyPath(c.State))
	switch {
	case text == "":
		a.say("# There is no file. Every source may be reached, but for this machine's own loopback, link-local and")
		a.say("# metadata addresses; no secret may go anywhere.")
	default:
		a.say("%s", clean(text))
	}
	if trusts {
		a.warn("trustAccount: any secret may go to any source that the account names, over verified TLS.")
	}
	return nil
}

type policyAllowCmd struct {
	stateFlag
	Source    string `required:"" placeholder:"KIND://HOST:PORT" help:"The source, such as PostgreSql://db.example.com:5432."`
	Secret    string `placeholder:"VAULT:NAME" help:"Let this secret go to the source, such as file:shop-password. Without it the source may be reached."`
	Plaintext bool   `help:"Also over a connection that is not verified TLS. Only where the network itself is trusted."`
}

// Help teaches by example.
func (policyAllowCmd) Help() string {
	return `An attempt that was refused names the command that would allow it.

  purlieu-runtime policy allow --source PostgreSql://127.0.0.1:5432
  purlieu-runtime policy allow --secret file:shop-password --source PostgreSql://db.example.com:5432

Hosts of one's own loopback, link-local and metadata addresses are refused until they are allowed by address. What else
a policy can say (lists of sources, names that may not leave, limits) is written into its file; see "policy show".`
}

// Run edits the policy.
func (c policyAllowCmd) Run(a *app) error {
	if err := stateThere(c.State); err != nil {
		return err
	}
	if c.Secret == "" {
		if c.Plaintext {
			return fault.New(fault.Invalid, "BadPolicy", "--plaintext is about a secret").Try("Name it with --secret")
		}
		if err := node.AllowSource(c.State, c.Source); err != nil {
			return err
		}
		a.say("This node may reach %s.", clean(c.Source))
	} else {
		if err := node.AllowSecret(c.State, c.Secret, c.Source, c.Plaintext); err != nil {
			return err
		}
		how := "over verified TLS"
		if c.Plaintext {
			how = "over any connection"
		}
		a.say("%s may go to %s, %s.", clean(c.Secret), clean(c.Source), how)
	}
	a.say("Written to %s", node.PolicyPath(c.State))
	return nil
}

// stateThere keeps a policy from being written where no node looks.
func stateThere(dir string) error {
	for _, name := range []string{"node.json", "status.json", "policy.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return nil
		}
	}
	return fault.New(fault.NotFound, "NotEnrolled", "there is no node in the state directory %s", dir).
		Try("Give the node's own with --state, or enrol first")
}
