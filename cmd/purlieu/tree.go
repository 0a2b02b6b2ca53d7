package main

import _ "embed"

const about = `The account of a data map for data behind network boundaries.

First steps:

  purlieu server
  purlieu login --link -
  purlieu runtime add edge
  purlieu runtime keys edge --out runtime.key

with which a machine beside the database becomes a node of it (purlieu-runtime --help), then:

  purlieu source add PostgreSql shop --set serverEndpoint=db.example.com
  purlieu credential add BasicAuth scanner --user scanner --secret password=file:shop-password
  purlieu scan add shop weekly --runtime edge --credential scanner
  purlieu scan run shop weekly --watch
  purlieu search orders

PURLIEU_URL, PURLIEU_TOKEN and PURLIEU_CA (a file) stand in for a login. PURLIEU_CONFIG is the folder that a login is kept in
($XDG_CONFIG_HOME/purlieu, or ~/.config/purlieu).

Exit codes: 0 done, 1 failed, 2 the command line can't be right, 3 not signed in or not allowed, 4 not found, 5 the state of the
thing forbids it, 6 the account can't be reached. purlieu scan run, run watch and source test have more: see their help.`

// examples are for the help of commands that need no more words.
//
//go:embed examples.txt
var examples string

// tree is the command line.
type tree struct {
	Output string `short:"o" enum:"table,json,yaml" default:"table" help:"How answers are written: table, json or yaml."`

	Server serverCmd `cmd:"" help:"Run the account: data map, doors, bus and search in one process."`
	Admin  adminCmd  `cmd:"" help:"For whoever runs the server: sign-in links, certificate authority."`

	BuiltInNode builtInCmd `cmd:"" name:"built-in-node" hidden:""`

	Login  loginCmd  `cmd:"" help:"Sign in to an account; keeps the token in a file that only you can read."`
	Logout logoutCmd `cmd:"" help:"End the session at the account, and forget the login."`

	Kinds      kindsCmd      `cmd:"" help:"What kinds of source can be scanned, and what each needs."`
	Kind       kindCmd       `cmd:"" help:"Kinds that nodes announced, and the word of a person that makes them count."`
	Source     sourceCmd     `cmd:"" help:"Registered data sources."`
	Credential credentialCmd `cmd:"" help:"Credentials: references to secrets, never the secrets."`
	Vault      vaultCmd      `cmd:"" help:"Where secrets lie."`
	Scan       scanCmd       `cmd:"" help:"Scans, and their runs."`
	Trigger    triggerCmd    `cmd:"" help:"When scans run by themselves."`
	Proposal   proposalCmd   `cmd:"" help:"What runs ask: whether so much may be deleted, whether a source has moved."`
	Run        runCmd        `cmd:"" help:"Runs of all scans: how they go, what they changed, and taking back."`
	Runtime    runtimeCmd    `cmd:"" help:"Integration runtimes: pools of nodes."`
	Node       nodeCmd       `cmd:"" help:"Nodes of an integration runtime."`

	Account    accountCmd    `cmd:"" help:"The account itself, and an overview of what is in it."`
	Collection collectionCmd `cmd:"" help:"Collections: the tree in which sources and assets stand and roles are held."`
	Role       roleCmd       `cmd:"" help:"Who may do what, on which collection."`
	User       userCmd       `cmd:"" help:"People who sign in with a password of this account."`
	App        appCmd        `cmd:"" help:"App registrations: how scripts sign in."`
	Network    networkCmd    `cmd:"" help:"From where the account may be reached."`

	Search searchCmd `cmd:"" help:"Find assets by words in their names, columns and comments."`
	Asset  assetCmd  `cmd:"" help:"Show an asset, and write what people know of it."`

	Version    versionCmd    `cmd:"" help:"Which build this is; so does --version alone."`
	Completion completionCmd `cmd:"" help:"Write a script that completes commands and names in a shell."`
	Complete   completeCmd   `cmd:"" hidden:""`
}

type versionCmd struct{}

// Run shows the version.
func (versionCmd) Run(a *app) error {
	return a.write(object{"version": version}, func() error { a.say("purlieu %s", version); return nil })
}
