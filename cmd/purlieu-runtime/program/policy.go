package program

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node"
)

type policyCmd struct {
	Show    policyShowCmd    `cmd:"" help:"Show the policy, and check that it is one."`
	Allow   policyAllowCmd   `cmd:"" help:"Allow one source, one folder, or one secret for one source. A running node obeys at once."`
	Witness policyWitnessCmd `cmd:"" help:"Have the heads of the egress ledger taken down in a file elsewhere, or in a system log."`
}

type policyShowCmd struct{ stateFlag }

// Help says what stands in it.
func (policyShowCmd) Help() string {
	return `Without a file every source may be reached, no folder read, and no secret used. A file that names only some:

  version: 1
  sources:
    any: false                # nothing but what is listed
    allow:
      - kind: PostgreSql
        host: "*.db.internal" # a name, *.name, an address, or a network like 10.0.0.0/8
        ports: [5432]
  hide: ["*salary*"]          # names that never leave

What else it can say is in docs/policy.md. 'purlieu-runtime policy allow' edits it; by hand is as good, and a running node
reads it again at once.`
}

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
		a.say("# metadata addresses; no folder may be read; no secret may go anywhere.")
	default:
		a.say("%s", clean(text))
	}
	reach, err := node.Reach(c.State)
	if err != nil {
		return err
	}
	if text != "" {
		a.say("# %s", reach)
	}
	says, err := node.Releases(c.State)
	if err != nil {
		return err
	}
	for _, line := range says {
		a.warn("%s.", clean(line))
	}
	if trusts {
		a.warn("trustAccount: any secret may go to any source that the account names, over verified TLS.")
	}
	return nil
}

type policyAllowCmd struct {
	stateFlag
	Release   string `placeholder:"WHAT" help:"Let metadata that holds values leave: enum-labels, partition-bounds or statistics; of the source given, or of all."`
	Source    string `xor:"what" placeholder:"KIND://HOST:PORT" help:"The source, such as PostgreSql://db.example.com:5432."`
	Folder    string `xor:"what" type:"path" placeholder:"DIR" help:"A folder of this machine that sources may be read from, with all below it."`
	Secret    string `placeholder:"VAULT:NAME" help:"Let this secret go to the source, such as file:shop-password. Without it the source may be reached."`
	Plaintext bool   `help:"Also over a connection that is not verified TLS. Only where the network itself is trusted."`
}

// Help teaches by example.
func (policyAllowCmd) Help() string {
	return `An attempt that was refused names the command that would allow it.

  purlieu-runtime policy allow --source PostgreSql://127.0.0.1:5432
  purlieu-runtime policy allow --secret file:shop-password --source PostgreSql://db.example.com:5432
  purlieu-runtime policy allow --folder /srv/data
  purlieu-runtime policy allow --release enum-labels --source PostgreSql://db.example.com:5432

Values that stand in metadata stay behind: literals in SQL leave as "?", the labels of enumerated types, the bounds of
partitions and statistics of columns not at all, unless they are released. Comments on tables and columns are people's
words and leave; "keep: [comments]" in the file keeps them.

Hosts of one's own loopback, link-local and metadata addresses are refused until they are allowed by address. What else
a policy can say (only some sources, names that may not leave, limits) is written into its file: "policy show --help".`
}

// Validate refuses a command that allows nothing.
func (c policyAllowCmd) Validate() error {
	if c.Source == "" && c.Release == "" && c.Folder == "" {
		return fault.New(fault.Invalid, "NoSource", "nothing is named that could be allowed: give --source, --folder or --release")
	}
	return nil
}

// Run edits the policy.
func (c policyAllowCmd) Run(a *app) error {
	if err := stateThere(c.State); err != nil {
		return err
	}
	if c.Release != "" {
		return c.release(a)
	}
	done, err := node.Ward{
		State: c.State, Name: "this node", Own: c.State, OwnIs: "the node's own state", Owner: c.owner(a), Kinds: a.build.kinds(),
	}.Allow(node.Allowance{Source: c.Source, Secret: c.Secret, Plaintext: c.Plaintext, Folder: c.Folder})
	if err != nil {
		return err
	}
	for _, said := range done.Said {
		a.say("%s", clean(said))
	}
	for _, warning := range done.Warnings {
		a.warn("%s", clean(warning))
	}
	return nil
}

// release lets a sort of metadata leave.
func (c policyAllowCmd) release(a *app) error {
	if c.Secret != "" || c.Plaintext || c.Folder != "" {
		return fault.New(fault.Invalid, "BadPolicy", "--release is not about a secret, nor about a folder").Try("Give --secret and --folder in commands of their own")
	}
	if c.Source != "" {
		if err := node.CheckSource(c.Source, a.build.kinds()); err != nil {
			return err
		}
	}
	if err := node.Release(c.State, c.Release, c.Source); err != nil {
		return err
	}
	of := "every source"
	if c.Source != "" {
		of = c.Source
	}
	a.say("From the next attempt on, %s of %s leave this network. The egress ledger says so for each attempt.", clean(c.Release), clean(of))
	a.say("Written to %s", node.PolicyPath(c.State))
	return nil
}

type policyWitnessCmd struct {
	stateFlag
	File     string `xor:"what" required:"" type:"path" placeholder:"FILE" help:"A file that the node appends to, best on another machine's disk."`
	Syslog   string `xor:"what" required:"" placeholder:"local|tcp://HOST:PORT|udp://HOST:PORT" help:"The machine's own system log (not on Windows), or one elsewhere. It confirms nothing."`
	Required bool   `help:"Nothing leaves while this witness can't be told; for files only. Without it the node says so loudly, and goes on."`
}

// Help says what it is for.
func (policyWitnessCmd) Help() string {
	return `The head of the ledger speaks for every entry before it. Each second in which the ledger has grown the node tells its newest
durable head to each witness; whoever cuts or rewrites the ledger later can't change what the witness has, if they can't write there.

  purlieu-runtime policy witness --file /mnt/elsewhere/heads.log --required
  purlieu-runtime policy witness --syslog tcp://logs.internal:514
  purlieu-runtime egress verify --witness /mnt/elsewhere/heads.log

A witness that can't be told is an error in the log, in 'purlieu-runtime status' (exit code 11), and is tried again each second.
With --required what is read stays on this machine meanwhile, and leaves when it can be told. A system log confirms no line: one that it
never had counts as told, also over TCP, so a log can't be required; name a file for that, and the log beside it.
To take a witness away edit the policy: see 'purlieu-runtime policy show'.`
}

// Run edits the policy.
func (c policyWitnessCmd) Run(a *app) error {
	if err := stateThere(c.State); err != nil {
		return err
	}
	if err := node.AddWitness(c.State, c.File, c.Syslog, c.Required); err != nil {
		return err
	}
	a.say("The heads of the egress ledger are taken down by %s from now on.", clean(c.File+c.Syslog))
	a.say("Written to %s", node.PolicyPath(c.State))
	return nil
}

// stateThere keeps a policy from being written where no node looks.
func stateThere(dir string) error {
	var err error
	for _, name := range []string{"node.json", "status.json", "policy.yaml"} {
		if _, err = os.Stat(filepath.Join(dir, name)); err == nil {
			return nil
		}
	}
	return noNode(dir, err)
}

// noNode is the failure for a state directory in which nothing of a node is found, with what the system says of it.
func noNode(dir string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return node.Unread(dir, err)
	}
	return fault.New(fault.NotFound, "NotEnrolled", "there is no node in the state directory %s", dir).
		Try("Give the node's own with --state, or enrol first")
}
