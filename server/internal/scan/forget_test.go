package scan

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

func TestOldRunsAreForgottenAndYoungOnesKept(t *testing.T) {
	ctx := context.Background()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	st, err := sqlite.Open(ctx, sqlite.Options{Path: sqlite.Memory, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	ages := map[string]time.Duration{"old": Keep + time.Hour, "young": Keep - time.Hour}
	err = st.Update(ctx, store.People, func(tx store.Tx) error {
		for id, age := range ages {
			run := store.Run{ID: id, State: model.RunSucceeded, Ended: now.Add(-age), Body: []byte("{}")}
			if err := tx.Runs().AddRun(ctx, &run); err != nil {
				return err
			}
		}
		return tx.Runs().AddRun(ctx, &store.Run{ID: "open", State: model.RunInProgress, Body: []byte("{}")})
	})
	if err != nil {
		t.Fatal(err)
	}
	s := New(st, nil, nil, slog.New(slog.DiscardHandler), DefaultConfig())
	if more, err := s.Forget(ctx); err != nil || more {
		t.Fatalf("more %v, %v", more, err)
	}
	for id, gone := range map[string]bool{"old": true, "young": false, "open": false} {
		err := st.View(ctx, func(tx store.Tx) error {
			_, err := tx.Runs().Run(ctx, id)
			return err
		})
		if fault.Is(err, fault.NotFound) != gone {
			t.Errorf("run %s: %v", id, err)
		}
	}
}
