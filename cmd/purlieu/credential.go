package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/cmd/purlieu/client"
	"github.com/purlieu/purlieu/fault"
	vaults "github.com/purlieu/purlieu/vault/all"
)

type credentialCmd struct {
	Add    credentialAddCmd    `cmd:"" help:"Write a credential."`
	List   credentialListCmd   `cmd:"" help:"List credentials."`
	Show   credentialShowCmd   `cmd:"" help:"Show a credential."`
	Delete credentialDeleteCmd `cmd:"" help:"Remove a credential that no scan uses."`
}

type credentialAddCmd struct {
	Kind        string            `arg:"" help:"BasicAuth, SqlAuth, AccountKey, ServicePrincipal, …"`
	Name        string            `arg:"" help:"Its name here: 3 to 63 letters, digits and single dashes."`
	User        string            `help:"User name; short for --set user=NAME."`
	Set         map[string]string `placeholder:"PART=VALUE" mapsep:"none" help:"An open part; PART= takes it back."`
	Secret      map[string]string `placeholder:"PART=VAULT:NAME" mapsep:"none" help:"A secret part, as a reference: file:NAME, env:NAME, or NAME of a vault connection, a colon, the secret's name."`
	Description *string           `help:"For people."`
}

// Help shows examples.
func (credentialAddCmd) Help() string {
	return `A secret's value never comes here: the node reads it, inside its network, at use.
A credential that is there keeps what is not named, as long as its kind stays.

Examples:
  purlieu credential add BasicAuth scanner --user scanner --secret password=file:shop-password
  purlieu credential add SqlAuth hr --user hr --secret password=env:PURLIEU_SECRET_HR`
}

// Run writes the credential.
func (c credentialAddCmd) Run(a *app) error {
	account, err := a.client()
	if err != nil {
		return err
	}
	at := "/scan/credentials/" + esc(c.Name)
	old, err := a.there(account, at)
	if err != nil {
		return err
	}
	props, parts := membersOf(old, "properties"), membersOf(old, "properties", "typeProperties")
	if old.text("kind") != c.Kind {
		parts = object{}
	}
	for name, value := range c.Set {
		if parts[name] = value; value == "" {
			delete(parts, name)
		}
	}
	if c.User != "" {
		parts["user"] = c.User
	}
	if err := c.known(a, account); err != nil {
		return err
	}
	for part, ref := range c.Secret {
		vault, name, ok := strings.Cut(ref, ":")
		if !ok || vault == "" || name == "" {
			return fault.New(fault.Invalid, "BadReference", "--secret %s needs a reference, not a value", part).
				Try("Write it as --secret %s=VAULT:NAME, such as %s=file:shop-password", part, part)
		}
		parts[part] = object{
			"type": "AzureKeyVaultSecret", "secretName": name, "secretVersion": "",
			"store": object{"referenceName": vault, "type": "LinkedServiceReference"},
		}
	}
	if props["typeProperties"] = parts; c.Description != nil {
		props["description"] = *c.Description
	}
	return a.put(at, object{"kind": c.Kind, "properties": props},
		"The credential %s is written. Each node must allow its secrets for the source: purlieu-runtime policy allow", c.Name)
}

// known refuses a part that no kind of source takes of such a credential: a scan would miss what was meant. Of a kind of
// credential that no kind of source declares nothing is known.
func (c credentialAddCmd) known(a *app, account *client.Client) error {
	kinds, err := a.items(account, "/manage/v1/kinds")
	if err != nil {
		return err
	}
	var fields []string
	for _, k := range kinds {
		for _, use := range objectsOf(k.at("credentials")) {
			if use.text("kind") != c.Kind {
				continue
			}
			for _, f := range objectsOf(use.at("fields")) {
				fields = append(fields, f.text("name"))
			}
		}
	}
	if len(fields) == 0 {
		return nil
	}
	slices.Sort(fields)
	for _, part := range slices.Sorted(maps.Keys(c.parts())) {
		if !slices.Contains(fields, part) {
			return fault.New(fault.Invalid, "UnknownPart", "a credential of kind %s has no part %q", c.Kind, part).
				Try("Use one of %s", strings.Join(slices.Compact(fields), ", "))
		}
	}
	return nil
}

// parts are those that the flags write. One that is taken back is none: it may be a mistake of before.
func (c credentialAddCmd) parts() map[string]string {
	parts := map[string]string{"user": c.User}
	maps.Copy(parts, c.Set)
	maps.Copy(parts, c.Secret)
	maps.DeleteFunc(parts, func(_, value string) bool { return value == "" })
	return parts
}

type credentialListCmd struct{}

// Run lists the credentials.
func (credentialListCmd) Run(a *app) error {
	return a.listing("/scan/credentials", []string{"NAME", "KIND", "USER", "DESCRIPTION"}, func(o object) []string {
		return []string{o.text("name"), o.text("kind"), o.text("properties", "typeProperties", "user"), o.text("properties", "description")}
	})
}

type credentialShowCmd struct {
	Name string `arg:"" help:"Name of the credential."`
}

// Run shows the credential.
func (c credentialShowCmd) Run(a *app) error { return a.showing("/scan/credentials/" + esc(c.Name)) }

type credentialDeleteCmd struct {
	Name string `arg:"" help:"Name of the credential."`
}

// Run removes the credential.
func (c credentialDeleteCmd) Run(a *app) error {
	return a.remove("/scan/credentials/"+esc(c.Name), "The credential %s is removed.", c.Name)
}

type vaultCmd struct {
	Add    vaultAddCmd    `cmd:"" help:"Write a vault connection."`
	List   vaultListCmd   `cmd:"" help:"List vault connections."`
	Delete vaultDeleteCmd `cmd:"" help:"Remove a vault connection that no credential uses."`
}

type vaultAddCmd struct {
	Kind        string            `arg:"" help:"Such as file or env. Kinds that nodes have no vault of can be written, too, for other clients to read."`
	Name        string            `arg:"" help:"Its name here: 3 to 63 letters, digits and single dashes."`
	Set         map[string]string `placeholder:"KEY=VALUE" mapsep:"none" help:"An option, such as baseUrl=https://corp.vault.azure.net/."`
	Description string            `empty:"" help:"For people."`
}

// Help shows examples.
func (vaultAddCmd) Help() string {
	return `The vaults "file" and "env" are always there, as each node is configured, and need no connection. One of another name says
what its secrets are for.

Example:
  purlieu vault add file hr-secrets --description "what only the nodes of HR have"
  purlieu credential add BasicAuth hr --user hr --secret password=hr-secrets:hr-password`
}

// Run writes the vault connection.
func (c vaultAddCmd) Run(a *app) error {
	props := object{"description": c.Description}
	if c.Kind == "azurekeyvault" {
		props["baseUrl"] = c.Set["baseUrl"]
	} else {
		props["purlieuVault"] = object{"kind": c.Kind, "options": c.Set}
	}
	var kinds []string
	for _, v := range vaults.All(vaults.Config{}) {
		kinds = append(kinds, v.Kind())
	}
	served := ""
	if !slices.Contains(kinds, c.Kind) {
		served = fmt.Sprintf(" But no node of this build can read a secret of kind %s: it reads those of %s.", c.Kind, strings.Join(kinds, " and "))
	}
	return a.put("/scan/azureKeyVaults/"+esc(c.Name), object{"properties": props}, "The vault connection %s is written.%s", c.Name, served)
}

type vaultListCmd struct{}

// Run lists the vault connections.
func (vaultListCmd) Run(a *app) error {
	return a.listing("/scan/azureKeyVaults", []string{"NAME", "KIND", "BASE URL", "DESCRIPTION"}, func(o object) []string {
		kind := o.text("properties", "purlieuVault", "kind")
		if kind == "" {
			kind = "azurekeyvault"
		}
		return []string{o.text("name"), kind, o.text("properties", "baseUrl"), o.text("properties", "description")}
	})
}

type vaultDeleteCmd struct {
	Name string `arg:"" help:"Name of the vault connection."`
}

// Run removes the vault connection.
func (c vaultDeleteCmd) Run(a *app) error {
	return a.remove("/scan/azureKeyVaults/"+esc(c.Name), "The vault connection %s is removed.", c.Name)
}
