package connectortest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// sampled holds the laws of level 3: it finds what level 2 finds, the values of an asset come when they are asked for
// and for its own columns, and a connector that is not asked for values goes on without.
func (s Suite) sampled(t *testing.T) {
	if !slices.Contains(s.Connector.Describe().Levels, model.L3) {
		t.Skip("skipped: this connector reads no values")
	}
	deep := s.Env.copy()
	deep.Depth = model.L3
	flat, err := ReadInto(t.Context(), s.Connector, s.Env, &Haul{})
	if err != nil {
		t.Fatal(err)
	}
	unasked, err := ReadInto(t.Context(), s.Connector, deep, &Haul{})
	if err != nil || !reflect.DeepEqual(flat.Assets, unasked.Assets) {
		t.Errorf("level 3 without samples finds other assets than level 2: %v", err)
	}
	asked, err := ReadInto(t.Context(), s.Connector, deep, &Haul{Sampling: true})
	if err != nil || !reflect.DeepEqual(flat.Assets, asked.Assets) {
		t.Errorf("level 3 finds other assets than level 2: %v", err)
	}
	for path, table := range asked.Samples {
		a := asked.Named(path)
		for _, c := range table.Columns() {
			if !slices.ContainsFunc(a.Columns, func(own model.Column) bool { return own.Name == c.Name() }) {
				t.Errorf("%s has no column %q", path, c.Name())
			}
		}
	}
	table := asked.Samples[s.Sampled]
	if table == nil || !slices.ContainsFunc(table.Columns(), func(c *sample.Column) bool { return c.Len() > 0 }) {
		t.Errorf("no value of %s came", s.Sampled)
	}
	t.Run("a reading that is cancelled ends the scan", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		h := &Haul{Sampling: true, On: func(a *model.Asset) {
			if a.Path == s.Sampled {
				cancel()
			}
		}}
		if _, err := ReadInto(ctx, s.Connector, deep, h); err == nil || errors.Is(err, ErrEnough) {
			t.Errorf("got %v", err)
		}
	})
}

// ReadInto is Read into a haul of the caller's.
func ReadInto(ctx context.Context, c connector.Connector, env connector.Env, all *Haul) (*Haul, error) {
	all.ctx = ctx
	units, err := Units(ctx, c, env)
	if err != nil {
		return all, err
	}
	for len(units) > 0 {
		all.Children = nil
		if err := c.Scan(ctx, env, units[0], all); err != nil {
			return all, err
		}
		units = append(units[1:], all.Children...)
	}
	return all, nil
}
