package scanning

import (
	"net/http"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// ownVault names a vault of a kind that the published shape does not have.
type ownVault struct {
	Kind    string            `json:"kind"`
	Options map[string]string `json:"options,omitempty"`
}

type vaultBody struct {
	Properties struct {
		BaseURL     string    `json:"baseUrl"`
		Description string    `json:"description"`
		Own         *ownVault `json:"purlieuVault"`
	} `json:"properties"`
}

func (p *Plane) putVault(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteSource, access.RootCollection); err != nil {
		return err
	}
	var body vaultBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	v := scan.VaultConnection{Name: r.PathValue("name"), Kind: "azurekeyvault", Description: body.Properties.Description}
	switch own := body.Properties.Own; {
	case own != nil && body.Properties.BaseURL != "":
		return fault.New(fault.Invalid, "BadVault", "send either baseUrl or purlieuVault")
	case own != nil:
		v.Kind, v.Options = own.Kind, own.Options
	case body.Properties.BaseURL == "":
		return fault.New(fault.Invalid, "BadVault", "a vault connection needs properties.baseUrl, or properties.purlieuVault with a kind")
	default:
		v.Options = map[string]string{"baseUrl": body.Properties.BaseURL}
	}
	created, err := p.Definitions.PutVault(r.Context(), v)
	if err != nil {
		return err
	}
	api.Answer(w, written(created && !beforeCreated(r)), vaultAnswer(v))
	return nil
}

// beforeCreated reports whether the caller speaks a version that publishes no 201 for vault connections.
func beforeCreated(r *http.Request) bool {
	version := r.URL.Query().Get("api-version")
	return version != "" && version < "2022-07-01"
}

func vaultAnswer(v scan.VaultConnection) map[string]any {
	props := map[string]any{"description": v.Description, "baseUrl": v.Options["baseUrl"]}
	if v.Kind != "azurekeyvault" {
		props["purlieuVault"] = ownVault{v.Kind, v.Options}
	}
	return map[string]any{"id": "azureKeyVaults/" + v.Name, "name": v.Name, "properties": props}
}

func (p *Plane) getVault(w http.ResponseWriter, r *http.Request) error {
	if err := p.mayAnywhere(r, access.ReadSource); err != nil {
		return err
	}
	v, err := p.Definitions.Vault(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, vaultAnswer(v))
	return nil
}

func (p *Plane) listVaults(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	if err := p.mayAnywhere(r, access.ReadSource); err != nil {
		return err
	}
	found, next, err := p.Definitions.ListVaults(r.Context(), at.After, at.Limit)
	if err != nil {
		return err
	}
	var value []any
	for _, v := range found {
		value = append(value, vaultAnswer(v))
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

func (p *Plane) deleteVault(w http.ResponseWriter, r *http.Request) error {
	if err := p.may(r, access.WriteSource, access.RootCollection); err != nil {
		return err
	}
	if err := p.Definitions.DeleteVault(r.Context(), r.PathValue("name")); err != nil {
		return err
	}
	api.Answer(w, http.StatusNoContent, nil)
	return nil
}
