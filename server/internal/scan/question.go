package scan

import (
	"context"
	"errors"
	"maps"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Question is what a person wants to know of a source before, or beside, a scan: whether a connection comes about, or
// which names stand below a path.
type Question struct {
	Source string
	// Scan lends its runtime, credential and settings where the others below say nothing; "" for none.
	Scan       string
	Runtime    string // "" and no scan: the built-in one
	Credential string
	Settings   model.Settings // of a scan, beside the source's own
	Browse     bool           // else test the connection
	Path       string         // to browse below; "" is the top
}

// Asks turns a question into what a node understands, and says which runtime is to answer. The nodes judge it by their
// own policy. NotFound and Invalid where definitions are missing or do not fit together.
func (s *Service) Asks(ctx context.Context, q Question) (ask bus.Ask, runtime string, err error) {
	if len(q.Path) > maxText {
		return ask, "", fault.New(fault.Invalid, "TooLong", "a path is at most %d bytes", maxText)
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		ask, runtime, err = s.asks(ctx, tx, q)
		return err
	})
	return ask, runtime, err
}

func (s *Service) asks(ctx context.Context, tx store.Tx, q Question) (bus.Ask, string, error) {
	src, err := sourceOf(ctx, tx, q.Source)
	if err != nil {
		return bus.Ask{}, "", err
	}
	kind, err := kindOf(ctx, tx, src.Kind)
	if err != nil {
		return bus.Ask{}, "", err
	}
	settings := maps.Clone(src.Settings)
	if settings == nil {
		settings = model.Settings{}
	}
	delete(settings, SettingAuthority)
	if q.Scan != "" {
		sc, err := scanOf(ctx, tx, q.Source, q.Scan)
		if err != nil {
			return bus.Ask{}, "", err
		}
		maps.Copy(settings, sc.Settings)
		if q.Runtime == "" {
			q.Runtime = sc.Runtime
		}
		if q.Credential == "" {
			q.Credential = sc.Credential
		}
	}
	if len(q.Settings) > 0 {
		if err := checkSettings(kind.Scan, q.Settings, "a scan of a source of kind "+kind.Name); err != nil {
			return bus.Ask{}, "", fault.At(err, "settings")
		}
		maps.Copy(settings, q.Settings)
	}
	if q.Runtime == "" {
		q.Runtime = model.BuiltInRuntime
	}
	login, err := loginFor(ctx, tx, kind, q.Credential)
	if needed := (*fault.Error)(nil); fault.CodeOf(err) == "CredentialNeeded" && errors.As(err, &needed) {
		return bus.Ask{}, "", needed.Try("%s; or ask as a scan does that has one (--scan)", needed.Remedy)
	}
	if err != nil {
		return bus.Ask{}, "", err
	}
	return bus.Ask{V: version, Browse: q.Browse, Kind: src.Kind, Settings: settings, Login: login, Path: q.Path}, q.Runtime, nil
}
