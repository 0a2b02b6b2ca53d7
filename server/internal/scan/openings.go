package scan

import (
	"context"
	"reflect"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// docWindows is the one document whose version counts the changes of windows, of whatever source; it names the source
// that changed last.
const docWindows, allWindows = "windows", "all"

// windowsVersion is the version of all windows, 0 before the first change.
func windowsVersion(ctx context.Context, tx store.Tx) (int64, error) {
	var source string
	doc, err := load(ctx, tx, docWindows, allWindows, &source)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return doc.Version, err
}

// windowsChanged tells every replica, when the transaction commits, that the windows of a source are other ones. It does
// nothing when they are not.
func windowsChanged(ctx context.Context, tx store.Tx, source string, was, now []model.Window) error {
	if len(was) == 0 && len(now) == 0 || reflect.DeepEqual(was, now) {
		return nil
	}
	version, err := windowsVersion(ctx, tx)
	if err != nil {
		return err
	}
	_, err = save(ctx, tx, docWindows, allWindows, version, source)
	return err
}

// openings are what a replica knows of the windows of sources, as they stand at a version of all windows: a claim reads
// that version instead of each source that it meets. Safe for concurrent use.
type openings struct {
	mu      sync.Mutex
	version int64
	sources map[string]opening
	zones   map[string]*time.Location
}

type opening struct {
	windows []model.Window
	hours   hours
}

// closed are the sources that are known to be closed at a time.
func (o *openings) closed(version int64, at time.Time) map[string]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	sources := map[string]bool{}
	if version != o.version {
		return sources
	}
	for source, known := range o.sources {
		if !known.hours.open && known.hours.standAt(at) {
			sources[source] = true
		}
	}
	return sources
}

// of are the hours of a source at the transaction's time, which read the version of all windows before. A source that is
// gone is open: its runs end as they would.
func (o *openings) of(ctx context.Context, tx store.Tx, version int64, source string) (hours, error) {
	known, there := o.known(version, source)
	if there && known.hours.standAt(tx.Now()) {
		return known.hours, nil
	}
	if !there {
		src, err := sourceOf(ctx, tx, source)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return hours{}, err
		}
		known.windows = src.Windows
	}
	known.hours = hoursAt(known.windows, tx.Now(), o.zone)
	o.keep(version, source, known)
	return known.hours, nil
}

func (o *openings) known(version int64, source string) (known opening, there bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if version == o.version {
		known, there = o.sources[source]
	}
	return known, there
}

// keep forgets what stood at an earlier version, and is no use to a later one.
func (o *openings) keep(version int64, source string, known opening) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if version < o.version {
		return
	}
	if version > o.version || o.sources == nil {
		o.version, o.sources = version, map[string]opening{}
	}
	o.sources[source] = known
}

// zone is zoneNamed, which looks through files, asked once for each name.
func (o *openings) zone(name string) (*time.Location, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if loc := o.zones[name]; loc != nil {
		return loc, nil
	}
	loc, err := zoneNamed(name)
	if err != nil {
		return nil, err
	}
	if o.zones == nil {
		o.zones = map[string]*time.Location{}
	}
	o.zones[name] = loc
	return loc, nil
}
