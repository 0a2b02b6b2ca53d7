package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// DocVault holds VaultConnection by name.
const DocVault = "vault"

// Credential is a named credential. In the SecretRefs of a stored one, Vault is the name of a vault connection;
// the connection is looked up when a run starts.
type Credential struct {
	model.CredentialRef
	Description string `json:"description,omitempty"`
}

// VaultConnection says where secrets lie: a kind of vault and how a node reaches it. The connections "file" and "env"
// exist without being made: they are the vaults of those kinds as each node is configured.
type VaultConnection struct {
	Name        string            `json:"name"`
	Kind        string            `json:"kind"` // "file", "env", "azurekeyvault", …
	Options     map[string]string `json:"options,omitempty"`
	Description string            `json:"description,omitempty"`
}

func credentialKinds() []string {
	return []string{"AccountKey", "AmazonARN", "BasicAuth", "ConsumerKeyAuth", "DelegatedAuth", "ManagedIdentity", "ServicePrincipal", "SqlAuth"}
}

// standing reports whether a vault connection exists without being made.
func standing(name string) bool { return name == "file" || name == "env" }

// PutCredential writes a credential. The vaults that its secrets name must exist. Nothing here takes a secret: only
// parts that are open, as published or as a kind of source declares them, may be values.
func (s *Service) PutCredential(ctx context.Context, c Credential) (created bool, err error) {
	if err := checkName("credential", c.Name); err != nil {
		return false, err
	}
	if !slices.Contains(credentialKinds(), c.Kind) {
		return false, fault.New(fault.Invalid, "UnknownCredentialKind", "no credential is of kind %q", clip(c.Kind)).
			Try("Use one of %s", strings.Join(credentialKinds(), ", "))
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if err := checkOpen(ctx, tx, c); err != nil {
			return err
		}
		for field, ref := range c.Secrets {
			if len(field) > 128 || len(ref.Version) > 512 {
				return fault.New(fault.Invalid, "TooLong", "the reference to the secret %q is too long", clip(field))
			}
			if ref.Name == "" || len(ref.Name) > 512 {
				return fault.New(fault.Invalid, "BadReference", "the secret %q needs the name of a secret in a vault", field)
			}
			if _, err := vaultOf(ctx, tx, ref.Vault); err != nil {
				return fmt.Errorf("the secret %q: %w", field, err)
			}
		}
		var old Credential
		doc, err := load(ctx, tx, DocCredential, c.Name, &old)
		created = fault.Is(err, fault.NotFound)
		if err != nil && !created {
			return err
		}
		_, err = save(ctx, tx, DocCredential, c.Name, doc.Version, c)
		return err
	})
	return created, err
}

// Credential is one credential by name.
func (s *Service) Credential(ctx context.Context, name string) (c Credential, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		c, err = credentialOf(ctx, tx, name)
		return err
	})
	return c, err
}

func credentialOf(ctx context.Context, tx store.Tx, name string) (Credential, error) {
	var c Credential
	_, err := load(ctx, tx, DocCredential, name, &c)
	return c, missing(err, "credential", name)
}

// ListCredentials gives credentials by name, after a name, and the cursor of the next page.
func (s *Service) ListCredentials(ctx context.Context, after string, limit int) (list []Credential, next string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, next, err = pageOf[Credential](ctx, tx, DocCredential, "", after, limit)
		return err
	})
	return list, next, err
}

// MaxUsers is how many scans are told of one credential.
const MaxUsers = 100

// CredentialUsers are the scans of some collections by the credential that they use, those of each by source and name, MaxUsers
// of them at most.
func (s *Service) CredentialUsers(ctx context.Context, collections []string) (users map[string][]model.Scan, err error) {
	users = map[string][]model.Scan{}
	told := map[string]bool{}
	for _, c := range collections {
		told[c] = true
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		return eachDoc(ctx, tx, DocScan, func(d store.Doc) error {
			var sc model.Scan
			if err := json.Unmarshal(d.Body, &sc); err != nil {
				return err
			}
			if sc.Credential != "" && len(users[sc.Credential]) < MaxUsers && told[sc.Collection] {
				users[sc.Credential] = append(users[sc.Credential], sc)
			}
			return nil
		})
	})
	return users, err
}

// DeleteCredential removes a credential; it is a Conflict while a scan uses it.
func (s *Service) DeleteCredential(ctx context.Context, name string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if _, err := credentialOf(ctx, tx, name); err != nil {
			return err
		}
		for after := ""; ; {
			scans, next, err := pageOf[model.Scan](ctx, tx, DocScan, "", after, PageLimit)
			if err != nil {
				return err
			}
			if i := slices.IndexFunc(scans, func(sc model.Scan) bool { return sc.Credential == name }); i >= 0 {
				return fault.New(fault.Conflict, "CredentialInUse", "the scan %s/%s still uses the credential %q", scans[i].Source, scans[i].Name, name).
					Try("Give that scan another credential first")
			}
			if after = next; next == "" {
				return tx.Docs().Delete(ctx, DocCredential, name, 0)
			}
		}
	})
}

// PutVault writes a vault connection.
func (s *Service) PutVault(ctx context.Context, v VaultConnection) (created bool, err error) {
	if err := checkName("vault connection", v.Name); err != nil {
		return false, err
	}
	if standing(v.Name) {
		return false, fault.New(fault.Conflict, "ReservedName", "the vault connection %q is always there and can't be changed", v.Name).
			Try("Use another name")
	}
	if v.Kind == "" || len(v.Kind) > 63 {
		return false, fault.New(fault.Invalid, "BadVault", "a vault connection needs a kind, such as file, env or azurekeyvault")
	}
	if err := checkVaultOptions(v); err != nil {
		return false, err
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		var old VaultConnection
		doc, err := load(ctx, tx, DocVault, v.Name, &old)
		created = fault.Is(err, fault.NotFound)
		if err != nil && !created {
			return err
		}
		_, err = save(ctx, tx, DocVault, v.Name, doc.Version, v)
		return err
	})
	return created, err
}

// Vault is one vault connection by name.
func (s *Service) Vault(ctx context.Context, name string) (v VaultConnection, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		v, err = vaultOf(ctx, tx, name)
		return err
	})
	return v, err
}

func vaultOf(ctx context.Context, tx store.Tx, name string) (VaultConnection, error) {
	if standing(name) {
		return VaultConnection{Name: name, Kind: name, Description: "always there: as each node is configured"}, nil
	}
	var v VaultConnection
	_, err := load(ctx, tx, DocVault, name, &v)
	return v, missing(err, "vault connection", name)
}

// ListVaults gives the vault connections that were made, by name, after a name, and the cursor of the next page.
func (s *Service) ListVaults(ctx context.Context, after string, limit int) (list []VaultConnection, next string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, next, err = pageOf[VaultConnection](ctx, tx, DocVault, "", after, limit)
		return err
	})
	return list, next, err
}

// DeleteVault removes a vault connection; it is a Conflict while a credential uses it.
func (s *Service) DeleteVault(ctx context.Context, name string) error {
	if standing(name) {
		return fault.New(fault.Conflict, "ReservedName", "the vault connection %q is always there", name)
	}
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		for after := ""; ; {
			list, next, err := pageOf[Credential](ctx, tx, DocCredential, "", after, PageLimit)
			if err != nil {
				return err
			}
			for _, c := range list {
				for _, ref := range c.Secrets {
					if ref.Vault == name {
						return fault.New(fault.Conflict, "VaultInUse", "the credential %q still refers to the vault connection %q", c.Name, name)
					}
				}
			}
			if after = next; next == "" {
				return missing(tx.Docs().Delete(ctx, DocVault, name, 0), "vault connection", name)
			}
		}
	})
}

// pageOf reads a page of documents of one type.
func pageOf[T any](ctx context.Context, tx store.Tx, kind, prefix, after string, limit int) ([]T, string, error) {
	docs, next, err := page(ctx, tx, kind, prefix, after, limit)
	if err != nil {
		return nil, "", err
	}
	list := make([]T, len(docs))
	for i, doc := range docs {
		if err := json.Unmarshal(doc.Body, &list[i]); err != nil {
			return nil, "", fmt.Errorf("read the stored %s %q: %w", kind, doc.Key, err)
		}
	}
	return list, next, nil
}
