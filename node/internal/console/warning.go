package console

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
)

// Warning is the last line of the log that was a warning or worse.
type Warning struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

const maxWarning = 1000

// Watch passes records on to a handler and remembers the last warning. last may be called from any goroutine; nil
// means that there was none.
func Watch(next slog.Handler) (handler slog.Handler, last func() *Warning) {
	w := &watcher{Handler: next, last: new(atomic.Pointer[Warning])}
	return w, w.last.Load
}

type watcher struct {
	slog.Handler
	last  *atomic.Pointer[Warning]
	attrs string
}

// Handle implements slog.Handler.
func (w *watcher) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		var text strings.Builder
		text.WriteString(r.Message + w.attrs)
		r.Attrs(func(a slog.Attr) bool {
			text.WriteString(" " + a.String())
			return text.Len() < maxWarning
		})
		all := text.String()
		w.last.Store(&Warning{Time: r.Time, Text: strings.ToValidUTF8(all[:min(len(all), maxWarning)], "")})
	}
	return w.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (w *watcher) WithAttrs(attrs []slog.Attr) slog.Handler {
	text := w.attrs
	for _, a := range attrs {
		text += " " + a.String()
	}
	return &watcher{w.Handler.WithAttrs(attrs), w.last, text}
}

// WithGroup implements slog.Handler.
func (w *watcher) WithGroup(name string) slog.Handler {
	return &watcher{w.Handler.WithGroup(name), w.last, w.attrs}
}
