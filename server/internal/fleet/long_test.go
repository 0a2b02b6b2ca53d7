package fleet_test

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

func TestErrorsRepeatNoEndlessName(t *testing.T) {
	h := build(t)
	ctx, long := t.Context(), strings.Repeat("ä", 1<<16)
	_, _, put := h.PutRuntime(ctx, long, model.RuntimeSelfHosted, "")
	_, shown := h.Runtime(ctx, long)
	_, status := h.Status(ctx, long)
	_, keys := h.RegenerateAuthKey(ctx, long, fleet.AuthKey1)
	for what, err := range map[string]error{
		"a name": put, "one that is not": shown, "its status": status, "its keys": keys,
		"one to delete": h.DeleteRuntime(ctx, long, nil), "a node to drain": h.Drain(ctx, long), "a node to remove": h.Remove(ctx, long),
	} {
		if fault.CodeOf(err) == "Internal" || len(err.Error()) > 500 || !strings.Contains(err.Error(), "ä") || strings.Contains(err.Error(), `\x`) {
			t.Errorf("%s: %d bytes: %.400v", what, len(err.Error()), err)
		}
	}
}
