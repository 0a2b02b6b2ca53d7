package manage

import (
	"net/http"
	"time"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// retention is what is kept how long, in days. What people wrote is kept for ever.
type retention struct {
	Changes  int `json:"scannedChangesDays"`
	Measures int `json:"measuresDays"`
	Runs     int `json:"endedRunsDays"`
	Deleted  int `json:"deletedAssetsDays"` // until then they can be brought back
}

func (p *Plane) retention(w http.ResponseWriter, _ *http.Request, _ access.Principal) error {
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	return answer(w, http.StatusOK, retention{
		Changes: days(datamap.KeepChanges), Measures: days(datamap.KeepMeasures), Runs: days(scan.Keep), Deleted: days(scan.KeepDeleted),
	})
}
