package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/test/portal"
)

// portal measures the pages in a real browser, in a world of its own: web/browser/speed.ts says how.
func (b *bench) portal() error {
	promised := []struct {
		what, figure string
		limit        float64
		unit, note   string
	}{
		{"portal: a key stroke in search until its hits stand in the page", "stroke.stands", 2, "× a key in an empty page", "one request each: web/browser/ways.test.ts"},
		{"portal: an asset of 5,000 columns", "columns.ratio", 1.5, "× one of 50", "until its rows are painted"},
		{"portal: its longest task after the first paint", "columns.longest", 100, "ms", ""},
		{"portal: a lineage of 1,000 nodes", "lineage.ratio", 1.5, "× one of 50", "until its nodes are painted"},
		{"portal: its longest task after the first paint", "lineage.longest", 100, "ms", ""},
	}
	needs := portal.Missing()
	if !b.pages {
		needs = "-portal"
	}
	if needs != "" {
		for _, p := range promised {
			b.report.notRun(p.what, fmt.Sprintf("≤ %g %s", p.limit, p.unit), "needs "+needs)
		}
		return nil
	}
	figures, err := b.browse()
	if err != nil {
		return fmt.Errorf("portal: %w", err)
	}
	for _, p := range promised {
		value, found := figures[p.figure]
		if !found {
			return fmt.Errorf("portal: no figure %s", p.figure)
		}
		if p.figure == "stroke.stands" {
			p.note += fmt.Sprintf("; until a frame shows them %.3g × the same answer as plain text; stands %.3g × the question that no key began", figures["stroke.shown"], figures["stroke.keyless"])
		}
		b.report.most(p.what, value, p.limit, p.unit, p.note)
	}
	return nil
}

func (b *bench) browse() (figures map[string]float64, err error) {
	ctx, dir := context.Background(), filepath.Join(b.dir, "portal")
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user where we are root
		return nil, err
	}
	root, err := filepath.Abs(b.repo)
	if err != nil {
		return nil, err
	}
	bin, err := filepath.Abs(b.bin)
	if err != nil {
		return nil, err
	}
	w, err := portal.Start(ctx, root, bin, dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if stopped := w.Stop(); err == nil {
			err = stopped
		}
	}()
	if err := w.Widen(ctx, bin); err != nil {
		return nil, err
	}
	out := filepath.Join(dir, "figures.json")
	cmd, err := w.Browse(ctx, "vitest.speed.ts")
	if err != nil {
		return nil, err
	}
	cmd.Env = append(cmd.Env, "PORTAL_FIGURES="+out)
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, said)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	return figures, json.Unmarshal(text, &figures)
}
