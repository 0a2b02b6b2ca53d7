package scan

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// What is stored here is shown to whoever may read sources, so a text is only taken where it is known to be no secret.
const (
	maxParts = 64        // parts of one credential
	maxText  = 32 << 10  // bytes of one text or of one property that is kept as it came
	maxKept  = 256 << 10 // bytes of all properties of one definition that are kept as they came
)

// openParts are the parts of a credential that are open as published; all others are secrets.
func openParts(kind string) []string {
	switch kind {
	case "BasicAuth", "SqlAuth", "ConsumerKeyAuth":
		return []string{"user"}
	case "ServicePrincipal":
		return []string{"servicePrincipalId", "tenant"}
	case "AmazonARN":
		return []string{"roleARN"}
	case "DelegatedAuth":
		return []string{"clientId", "user"}
	case "ManagedIdentity":
		return []string{"principalId", "resourceId", "tenantId"}
	}
	return nil
}

// checkOpen holds the open parts of a credential to those published and those that a kind of source declares as open.
func checkOpen(ctx context.Context, tx store.Tx, c Credential) error {
	if len(c.Open)+len(c.Secrets) > maxParts || len(c.Description) > maxText {
		return fault.New(fault.Invalid, "TooLong", "a credential has at most %d parts and a description of %d bytes", maxParts, maxText)
	}
	open := openParts(c.Kind)
	docs, _, err := page(ctx, tx, DocKind, "", "", PageLimit)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		var kind model.Kind
		if err := json.Unmarshal(doc.Body, &kind); err != nil {
			return err
		}
		for _, use := range kind.Credentials {
			for _, f := range use.Fields {
				if use.Kind == c.Kind && !f.Secret && !slices.Contains(open, f.Name) {
					open = append(open, f.Name)
				}
			}
		}
	}
	for part, value := range c.Open {
		if !slices.Contains(open, part) {
			has := "none"
			if len(open) > 0 {
				has = strings.Join(open, ", ")
			}
			return fault.New(fault.Invalid, "SecretValue", "the value of typeProperties.%s is not taken; parts of a %s that may be values: %s", clip(part), c.Kind, has).
				Try("If it is a secret, put it into a vault that the nodes can read and name it here (purlieu credential add … --secret %s=file:NAME); else leave it out", clip(part))
		}
		if len(value) > maxSetting {
			return fault.New(fault.Invalid, "TooLong", "typeProperties.%s is longer than %d bytes", part, maxSetting)
		}
	}
	return nil
}

// checkVaultOptions holds a vault connection to the options of its kind: an address, and never what opens it.
func checkVaultOptions(v VaultConnection) error {
	if len(v.Description) > maxText {
		return fault.New(fault.Invalid, "TooLong", "the description is longer than %d bytes", maxText)
	}
	for option := range v.Options {
		if v.Kind != "azurekeyvault" || option != "baseUrl" {
			return fault.New(fault.Invalid, "UnknownVaultOption", "a vault connection of kind %s has no option %q", clip(v.Kind), clip(option)).
				Try("Only azurekeyvault has one, baseUrl. How a node signs in to a vault is configured at the node, never here")
		}
	}
	base, ok := v.Options["baseUrl"]
	if !ok {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || len(base) > maxSetting || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fault.New(fault.Invalid, "BadVault", "baseUrl must be an https address without user, query or fragment")
	}
	return nil
}

// checkKept refuses, among properties that are kept as they came, what looks like a secret and what is too long.
func checkKept(kept map[string]json.RawMessage) error {
	total := 0
	for name, raw := range kept {
		total += len(name) + len(raw)
		if len(raw) > maxText || total > maxKept {
			return fault.New(fault.Invalid, "TooLong", "properties.%s is too long: %d bytes for one property, %d for those of a definition together", clip(name), maxText, maxKept)
		}
		if err := checkProperty(name, raw); err != nil {
			return err
		}
	}
	return nil
}

// checkProperty looks at one property and into it. It reads tokens, so that no name hides behind a second of its kind.
func checkProperty(name string, raw json.RawMessage) error {
	raw = bytes.TrimSpace(raw)
	if model.SoundsSecret(name) && !harmless(raw) {
		return keptSecret(name)
	}
	if raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil || holdsSecret(text) {
			return keptSecret(name)
		}
		return nil
	}
	if raw[0] != '{' && raw[0] != '[' || reference(raw) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return fault.New(fault.Invalid, "BadRequest", "properties.%s is not JSON", clip(name)).Because(err)
	}
	for d.More() {
		inner := name
		if raw[0] == '{' {
			key, err := d.Token()
			if err != nil {
				return fault.New(fault.Invalid, "BadRequest", "properties.%s is not JSON", clip(name)).Because(err)
			}
			inner, _ = key.(string)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fault.New(fault.Invalid, "BadRequest", "properties.%s is not JSON", clip(name)).Because(err)
		}
		if err := checkProperty(inner, value); err != nil {
			return err
		}
	}
	return nil
}

func keptSecret(name string) error {
	return fault.New(fault.Invalid, "SecretValue", "the property %q looks like a secret; secrets are not taken", clip(name)).
		Try("Leave it out here, and refer to a vault from a credential: purlieu credential add … --secret password=file:NAME")
}

// harmless reports whether a value can't be a secret: nothing, a switch, or a reference into a vault.
func harmless(raw json.RawMessage) bool {
	return slices.Contains([]string{"null", "true", "false", `""`, "[]", "{}"}, string(raw)) || reference(raw)
}

// reference reports whether a value is the published reference to a secret and nothing else.
func reference(raw json.RawMessage) bool {
	var ref struct {
		Type          string  `json:"type"`
		SecretName    string  `json:"secretName"`
		SecretVersion *string `json:"secretVersion"`
		Store         struct {
			ReferenceName string `json:"referenceName"`
			Type          string `json:"type"`
		} `json:"store"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(&ref) == nil && ref.Type == "AzureKeyVaultSecret" && ref.SecretName != "" && ref.Store.ReferenceName != ""
}

// holdsSecret reports whether a text is an address or a connection string with a secret in it.
func holdsSecret(text string) bool {
	folded := strings.ReplaceAll(strings.ToLower(text), " ", "")
	for _, part := range []string{"password=", "pwd=", "accountkey=", "sharedaccesskey=", "sharedaccesssignature=", "?sig=", "&sig=", "accesstoken="} {
		if strings.Contains(folded, part) {
			return true
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}
