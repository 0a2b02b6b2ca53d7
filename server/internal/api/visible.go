package api

import (
	"net/http"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
)

// Visible asks whether the caller may do it on the collection. A refusal becomes hidden: the answer that the caller gets
// for a thing that is not there.
func Visible(r *http.Request, d Decider, a access.Action, collection string, hidden error) error {
	err := d.Allow(r.Context(), PrincipalOf(r), a, collection)
	if fault.Is(err, fault.Denied) {
		return hidden
	}
	return err
}

// VisibleRun asks for the collection that the scan was in when the run was started. What has the scan's name today, if
// anything, may be another scan, and in another collection. A run whose collection is gone is for readers of the root.
func VisibleRun(r *http.Request, d Decider, collection string, hidden error) error {
	err := d.Allow(r.Context(), PrincipalOf(r), access.ReadScan, collection)
	if fault.Is(err, fault.NotFound) {
		collection = access.RootCollection
	}
	return Visible(r, d, access.ReadScan, collection, hidden)
}
