package search

import (
	"context"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

func TestAQuestionForAVersionThatNeverComesIsAnswered(t *testing.T) {
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	service := New(s, nil, nil)
	service.patience = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := service.Query(ctx, Request{Collections: []string{"root"}, AtLeast: 1 << 60})
	if err != nil || got.Complete != 0 || ctx.Err() != nil {
		t.Fatalf("%+v, %v, %v", got, err, ctx.Err())
	}
}
