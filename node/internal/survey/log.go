package survey

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/purlieu/purlieu/node/internal/pipe"
)

// lines is a slog.Handler that sends lines up the pipe: bounded in length and, for each job, in number. What is beyond
// is dropped: the log is for the operator's eyes, and the pipe is for facts.
type lines struct {
	out   *pipe.Writer
	left  *atomic.Int64
	attrs []pipe.LogAttr
	group string
}

func newLines(out *pipe.Writer) *lines { return &lines{out: out, left: &atomic.Int64{}} }

// reset gives a new job its own number of lines.
func (l *lines) reset() { l.left.Store(pipe.MaxLogLines) }

func (l *lines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

func (l *lines) Handle(_ context.Context, r slog.Record) error {
	if l.left.Add(-1) < 0 {
		return nil
	}
	line := pipe.Log{Level: logLevel(r.Level), Text: lineText(r.Message), Attrs: l.attrs[:len(l.attrs):len(l.attrs)]}
	r.Attrs(func(a slog.Attr) bool {
		line.Attrs = append(line.Attrs, l.attr(a))
		return len(line.Attrs) < pipe.MaxLogAttrs
	})
	return l.out.Send(pipe.KindLog, line)
}

func (l *lines) attr(a slog.Attr) pipe.LogAttr {
	return pipe.LogAttr{Key: lineText(l.group + a.Key), Value: lineText(a.Value.Resolve().String())}
}

func (l *lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *l
	next.attrs = append([]pipe.LogAttr(nil), l.attrs...)
	for _, a := range attrs {
		if len(next.attrs) < pipe.MaxLogAttrs {
			next.attrs = append(next.attrs, l.attr(a))
		}
	}
	return &next
}

func (l *lines) WithGroup(name string) slog.Handler {
	next := *l
	next.group = l.group + name + "."
	return &next
}

func logLevel(l slog.Level) pipe.LogLevel {
	switch {
	case l >= slog.LevelError:
		return pipe.LogError
	case l >= slog.LevelWarn:
		return pipe.LogWarn
	case l >= slog.LevelInfo:
		return pipe.LogInfo
	}
	return pipe.LogDebug
}

func lineText(s string) string {
	return short(strings.ToValidUTF8(s[:min(len(s), 4*pipe.MaxLogText)], "?"))
}
