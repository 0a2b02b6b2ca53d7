package scanning

import (
	"encoding/json"
	"net/http"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

type credentialBody struct {
	Kind       string `json:"kind"`
	Properties struct {
		Type           string                     `json:"type"` // where older clients say the kind
		Description    string                     `json:"description"`
		TypeProperties map[string]json.RawMessage `json:"typeProperties"`
	} `json:"properties"`
}

// keyVaultSecret is the published reference to a secret. Store names a vault connection.
type keyVaultSecret struct {
	Type          string    `json:"type"`
	SecretName    string    `json:"secretName"`
	SecretVersion string    `json:"secretVersion"`
	Store         vaultName `json:"store"`
}

type vaultName struct {
	ReferenceName string `json:"referenceName"`
	Type          string `json:"type"`
}

func (p *Plane) putCredential(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteSource, access.RootCollection); err != nil {
		return err
	}
	var body credentialBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	c, err := credentialFrom(r.PathValue("name"), body)
	if err != nil {
		return err
	}
	created, err := p.Definitions.PutCredential(r.Context(), c)
	if err != nil {
		return err
	}
	api.Answer(w, written(created), credentialAnswer(c))
	return nil
}

func credentialFrom(name string, body credentialBody) (scan.Credential, error) {
	c := scan.Credential{Description: body.Properties.Description}
	c.Name, c.Kind = name, body.Kind
	if c.Kind == "" {
		c.Kind = body.Properties.Type
	}
	for field, raw := range body.Properties.TypeProperties {
		if api.IsNull(raw) {
			continue
		}
		if raw[0] == '{' {
			var s keyVaultSecret
			if err := json.Unmarshal(raw, &s); err != nil || s.SecretName == "" || s.Store.ReferenceName == "" {
				return c, fault.New(fault.Invalid, "BadReference", "typeProperties.%s is not a reference to a secret", clip(field)).
					Try(`Send {"type": "AzureKeyVaultSecret", "secretName": …, "store": {"referenceName": …, "type": "LinkedServiceReference"}}`)
			}
			if c.Secrets == nil {
				c.Secrets = map[string]model.SecretRef{}
			}
			c.Secrets[field] = model.SecretRef{Vault: s.Store.ReferenceName, Name: s.SecretName, Version: s.SecretVersion}
			continue
		}
		var open string // whether the part may be a value is the scan room's rule
		if json.Unmarshal(raw, &open) != nil {
			return c, fault.New(fault.Invalid, "BadRequest", "typeProperties.%s must be a text or a reference to a secret", clip(field))
		}
		if c.Open == nil {
			c.Open = map[string]string{}
		}
		c.Open[field] = open
	}
	return c, nil
}

func credentialAnswer(c scan.Credential) map[string]any {
	props := map[string]any{"description": c.Description, "type": c.Kind} // older clients read the kind there
	if len(c.Open)+len(c.Secrets) > 0 {
		parts := map[string]any{}
		for field, value := range c.Open {
			parts[field] = value
		}
		for field, ref := range c.Secrets {
			parts[field] = keyVaultSecret{"AzureKeyVaultSecret", ref.Name, ref.Version, vaultName{ref.Vault, "LinkedServiceReference"}}
		}
		props["typeProperties"] = parts
	}
	return map[string]any{"id": "credentials/" + c.Name, "name": c.Name, "kind": c.Kind, "properties": props}
}

func (p *Plane) getCredential(w http.ResponseWriter, r *http.Request) error {
	if err := p.mayAnywhere(r, access.ReadSource); err != nil {
		return err
	}
	c, err := p.Definitions.Credential(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, credentialAnswer(c))
	return nil
}

func (p *Plane) listCredentials(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	if err := p.mayAnywhere(r, access.ReadSource); err != nil {
		return err
	}
	found, next, err := p.Definitions.ListCredentials(r.Context(), at.After, at.Limit)
	if err != nil {
		return err
	}
	seen, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadScan)
	if err != nil {
		return err
	}
	users, err := p.Definitions.CredentialUsers(r.Context(), seen)
	if err != nil {
		return err
	}
	var value []any
	for _, c := range found {
		answer := credentialAnswer(c)
		answer["purlieuScans"] = usersAnswer(users[c.Name])
		value = append(value, answer)
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

// usersAnswer names the scans that use a credential, of those that the caller may see.
func usersAnswer(scans []model.Scan) []any {
	value := []any{}
	for _, sc := range scans {
		value = append(value, map[string]string{"source": sc.Source, "scan": sc.Name})
	}
	return value
}

func (p *Plane) deleteCredential(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteSource, access.RootCollection); err != nil {
		return err
	}
	if err := p.Definitions.DeleteCredential(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}
