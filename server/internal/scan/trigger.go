package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// DocTrigger is the kind of trigger documents, by "source/scan".
const DocTrigger = "trigger"

// Trigger starts runs of a scan by itself.
type Trigger struct {
	Source     string     `json:"source"`
	Scan       string     `json:"scan"`
	Recurrence Recurrence `json:"recurrence"`
	Full       bool       `json:"full,omitempty"`
	Disabled   bool       `json:"disabled,omitempty"`
	// Next is when it fires next; zero: never again. Last is the time that it fired for, Problem why it could not.
	Next    time.Time `json:"next,omitzero"`
	Last    time.Time `json:"last,omitzero"`
	Problem string    `json:"problem,omitempty"`
	// Created and Modified are the store's.
	Created  time.Time `json:"-"`
	Modified time.Time `json:"-"`
}

// PutTrigger gives a scan a trigger, or changes it. What it missed before is not made up for: it counts from now on. One
// without a start keeps that of the trigger before, from which intervals are counted; a new trigger starts now.
func (s *Service) PutTrigger(ctx context.Context, t Trigger) (out Trigger, created bool, err error) {
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if _, err := scanOf(ctx, tx, t.Source, t.Scan); err != nil {
			return err
		}
		old, version, err := triggerOf(ctx, tx, t.Source, t.Scan)
		if created = fault.Is(err, fault.NotFound); err != nil && !created {
			return err
		}
		t := t
		if t.Recurrence.Start.IsZero() {
			t.Recurrence.Start = old.Recurrence.Start
		}
		if t.Recurrence.Start.IsZero() {
			t.Recurrence.Start = tx.Now().Truncate(time.Minute)
		}
		if err := t.Recurrence.check(); err != nil {
			return err
		}
		t.Last = old.Last
		t.schedule(tx.Now())
		out, err = saveTrigger(ctx, tx, version, t)
		return err
	})
	return out, created, err
}

// schedule sets when it fires next, after a time.
func (t *Trigger) schedule(after time.Time) {
	t.Next = time.Time{}
	if !t.Disabled {
		t.Next, _ = t.Recurrence.Next(after)
	}
}

func triggerOf(ctx context.Context, tx store.Tx, source, scan string) (Trigger, int64, error) {
	var t Trigger
	doc, err := load(ctx, tx, DocTrigger, scanKey(source, scan), &t)
	t.Created, t.Modified = doc.Created, doc.Modified
	return t, doc.Version, missing(err, "trigger", source+"/"+scan)
}

func saveTrigger(ctx context.Context, tx store.Tx, version int64, t Trigger) (Trigger, error) {
	doc, err := save(ctx, tx, DocTrigger, scanKey(t.Source, t.Scan), version, t)
	t.Created, t.Modified = doc.Created, doc.Modified
	return t, err
}

// Trigger is the trigger of a scan; NotFound.
func (s *Service) Trigger(ctx context.Context, source, scan string) (t Trigger, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		t, _, err = triggerOf(ctx, tx, source, scan)
		return err
	})
	return t, err
}

// Triggers are the triggers of a source's scans, by the scan's name: of as many scans, after one, as ListScans gives of
// the same arguments, or of more.
func (s *Service) Triggers(ctx context.Context, source, after string, limit int) (map[string]Trigger, error) {
	if after != "" {
		after = scanKey(source, after)
	}
	var out map[string]Trigger
	err := s.store.View(ctx, func(tx store.Tx) error {
		docs, _, err := page(ctx, tx, DocTrigger, source+"/", after, limit)
		out = make(map[string]Trigger, len(docs))
		for _, doc := range docs {
			var t Trigger
			if err := json.Unmarshal(doc.Body, &t); err != nil {
				return fmt.Errorf("read the stored trigger %q: %w", doc.Key, err)
			}
			t.Created, t.Modified = doc.Created, doc.Modified
			out[t.Scan] = t
		}
		return err
	})
	return out, err
}

// EnableTrigger lets a trigger fire, or not. What it missed while it was disabled is not made up for.
func (s *Service) EnableTrigger(ctx context.Context, source, scan string, enabled bool) (t Trigger, err error) {
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		old, version, err := triggerOf(ctx, tx, source, scan)
		if err != nil {
			return err
		}
		old.Disabled = !enabled
		old.schedule(tx.Now())
		t, err = saveTrigger(ctx, tx, version, old)
		return err
	})
	return t, err
}

// DeleteTrigger takes a scan's trigger away; NotFound.
func (s *Service) DeleteTrigger(ctx context.Context, source, scan string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		return missing(tx.Docs().Delete(ctx, DocTrigger, scanKey(source, scan), 0), "trigger", source+"/"+scan)
	})
}

// Fire starts the runs whose time has come, by the store's clock. A trigger that missed several times, because no server
// ran, fires once. The trigger's own row is written with the run, and the run's id follows from scan and time: of many
// replicas one fires. Call it every few seconds.
func (s *Service) Fire(ctx context.Context) error {
	var due []Trigger
	err := s.store.View(ctx, func(tx store.Tx) error {
		due = nil
		return eachDoc(ctx, tx, DocTrigger, func(d store.Doc) error {
			var t Trigger
			if err := json.Unmarshal(d.Body, &t); err != nil {
				return err
			}
			if !t.Next.IsZero() && !t.Next.After(tx.Now()) {
				due = append(due, t)
			}
			return nil
		})
	})
	for _, t := range due {
		if ferr := s.fire(ctx, t.Source, t.Scan); ferr != nil && !fault.Is(ferr, fault.Conflict) {
			err = errors.Join(err, ferr)
		}
	}
	return err
}

// fire starts one run and schedules the next. A scan that can't be run keeps its trigger, which says why.
func (s *Service) fire(ctx context.Context, source, scan string) error {
	runtime := ""
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		runtime = ""
		t, version, err := triggerOf(ctx, tx, source, scan)
		if err != nil || t.Next.IsZero() || t.Next.After(tx.Now()) {
			return err
		}
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("trigger:"+scanKey(source, scan)+":"+t.Next.UTC().Format(time.RFC3339)))
		if _, err := tx.Runs().Run(ctx, id.String()); err == nil { // of a trigger and a scan of the same names, before
			t.schedule(tx.Now())
			_, err = saveTrigger(ctx, tx, version, t)
			return err
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		run, err := s.startIn(ctx, tx, source, scan, StartOptions{RunID: id.String(), Full: t.Full, Type: "Scheduled"})
		t.Problem = ""
		var f *fault.Error
		switch {
		case err == nil:
			runtime = run.Runtime
		case errors.As(err, &f) && f.Kind != fault.Internal && f.Kind != fault.Unreachable:
			t.Problem = f.Error()
		default:
			return err
		}
		t.Last = t.Next
		t.schedule(tx.Now())
		_, err = saveTrigger(ctx, tx, version, t)
		return err
	})
	if err == nil && runtime != "" {
		s.ring.Ring(runtime)
	}
	return err
}
