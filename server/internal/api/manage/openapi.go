package manage

import (
	"net/http"

	"github.com/purlieu/purlieu/server/internal/api/openapi"
)

// openAPI is the description of this plane, or with ?plane of a published one as far as it is served.
func (p *Plane) openAPI(w http.ResponseWriter, r *http.Request) error {
	name := r.URL.Query().Get("plane")
	if name == "" {
		name = "manage"
	}
	text, err := openapi.Document(name)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(text) // the reader has gone: nobody is left to tell
	return nil
}
