// Package openapi holds the descriptions of what is served, one OpenAPI document for each plane: of our own plane whole,
// of the published planes the operations that this build answers. The portal's client is generated from them; tests
// hold them to the routes and to what handlers really answer (openapitest).
package openapi

import (
	"embed"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

//go:embed *.json
var documents embed.FS

// Planes are the names of the documents.
func Planes() []string { return []string{"manage", "scanning", "datamap", "account", "policystore"} }

// Document is the description of a plane, as JSON; NotFound.
func Document(plane string) ([]byte, error) {
	for _, name := range Planes() {
		if strings.EqualFold(name, plane) {
			return documents.ReadFile(name + ".json")
		}
	}
	return nil, fault.New(fault.NotFound, "NotFound", "no plane is called %q", plane[:min(len(plane), 80)]).Try("Use one of %s", strings.Join(Planes(), ", "))
}
