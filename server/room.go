package server

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// keepFree is the room on the store's disk that scans leave to people's edits and to the clean-up, when nothing else is
// said: this much, or a part in keepPart of the disk where that is more.
const (
	keepFree = 1 << 30
	keepPart = 20
)

// room knows whether the store's disk has room for scans. While it is short, claims and batches are answered wait:
// nodes keep what they have read. It recovers by itself.
type room struct {
	keep  int64 // bytes; 0 is the usual
	log   *slog.Logger
	short atomic.Bool
	free  atomic.Int64 // as last seen; -1 unknown
}

// note takes what a probe of the store found.
func (r *room) note(h store.Health, err error) {
	was := r.short.Load()
	switch {
	case err != nil && fault.CodeOf(err) == "StoreFull":
		r.free.Store(0)
		r.short.Store(true)
	case err != nil:
		return // it says nothing about room
	default:
		mark := r.keep
		if mark == 0 {
			mark = max(keepFree, h.DiskBytes/keepPart)
		}
		if was { // a little more than the mark, so that it does not waver
			mark += mark / 10
		}
		r.free.Store(h.FreeBytes)
		r.short.Store(h.FreeBytes >= 0 && h.FreeBytes < mark)
	}
	switch now := r.short.Load(); {
	case now && !was:
		r.log.Warn("the store's disk has little room: scans wait, people go on", "freeBytes", r.free.Load(),
			"remedy", "Make room on the disk of the data folder; scans go on by themselves")
	case was && !now:
		r.log.Info("the store's disk has room again: scans go on", "freeBytes", r.free.Load())
	}
}

// watchRoom probes the store; others who ask at the same time share the answer.
func (s *Server) watchRoom(ctx context.Context) error {
	return s.every(ctx, probeEvery, func(ctx context.Context) error {
		h, err := s.pulse.get(ctx)
		s.room.note(h, err)
		return err
	})
}
