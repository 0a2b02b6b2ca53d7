package search

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// How many words of an entity are found, per field.
const (
	mostNameWords   = 64
	mostPathWords   = 128
	mostColumnWords = 8_000
	mostTextWords   = 2_000
)

// Service answers searches and keeps the index. It is safe for concurrent use and starts no goroutine.
type Service struct {
	store    store.Store
	describe Describer
	log      *slog.Logger
	patience time.Duration // how long a question waits for the index
}

// New makes a service over a store. log may be nil.
func New(s store.Store, d Describer, log *slog.Logger) *Service {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Service{store: s, describe: d, log: log, patience: mostWait}
}

// Step brings the index forward by about limit changed entities, in one transaction of the followers' lane, and tells
// whether more are waiting. Entities are read and folded before the transaction begins, which therefore only writes.
// Steps of several replicas may overlap: the one that comes second does nothing.
func (s *Service) Step(ctx context.Context, limit int) (more bool, err error) {
	var version, entity, newest int64
	var page []store.Entity
	err = s.store.View(ctx, func(tx store.Tx) error {
		if version, entity, err = tx.Index().Cursor(ctx, store.IndexFollower); err != nil {
			return err
		}
		if newest, err = tx.Map().Version(ctx); err != nil {
			return err
		}
		if version == newest && entity == 0 {
			return nil
		}
		page, err = tx.Map().ChangedAfter(ctx, version, entity, limit)
		return err
	})
	if err != nil || (version == newest && entity == 0) {
		return false, err
	}
	toVersion, toEntity := newest, int64(0)
	if len(page) > 0 {
		last := page[len(page)-1]
		toVersion = last.Version
		// A page within one version that is as long as the limit may go on.
		if len(page) >= limit && page[0].Version == last.Version {
			toEntity = last.ID
		}
	}
	rows, gone := s.rows(page)
	err = s.store.Update(ctx, store.Follow, func(tx store.Tx) error {
		v, e, err := tx.Index().Cursor(ctx, store.IndexFollower)
		if err != nil || v != version || e != entity {
			return err // another replica was here
		}
		if err := tx.Index().DropRows(ctx, gone); err != nil {
			return err
		}
		if err := tx.Index().PutRows(ctx, rows); err != nil {
			return err
		}
		return tx.Index().SetCursor(ctx, store.IndexFollower, toVersion, toEntity)
	})
	return err == nil && (toVersion != newest || toEntity != 0), err
}

// rows describes live entities and lists those that search does not show: the deleted, and processes, which the account
// makes itself to carry lineage. Nobody saw a process or wrote one, so it has neither layer.
func (s *Service) rows(page []store.Entity) (rows []store.IndexRow, gone []int64) {
	rows = make([]store.IndexRow, 0, len(page))
	for _, e := range page {
		if e.Deleted || (e.Scanned == nil && e.Authored == nil) {
			gone = append(gone, e.ID)
			continue
		}
		columns, text, tags, err := s.describe.Describe(e)
		if err != nil { // it is still found by its name
			s.log.Warn("an entity can't be described for the index", "entity", e.ID, "error", err)
		}
		rows = append(rows, rowOf(e, columns, text, tags))
	}
	return rows, gone
}

// rowOf folds what is known of an entity.
func rowOf(e store.Entity, columns []string, text string, tags []store.Tag) store.IndexRow {
	name, path, cols, body := newWords(mostNameWords), newWords(mostPathWords), newWords(mostColumnWords), newWords(mostTextWords)
	name.name(e.Name)
	for _, n := range above(e.QualifiedName) {
		path.name(n)
	}
	for _, c := range columns {
		cols.name(c)
	}
	body.text(text)
	if ext := extension(e.Name); ext != "" {
		tags = append(tags, store.Tag{Kind: store.TagExtension, Value: ext})
	}
	return store.IndexRow{
		Entity: e.ID, Name: name.String(), Path: path.String(), Columns: cols.String(), Text: body.String(), Exact: whole(e.Name),
		Type: e.Type, Source: e.Source, Collection: e.Collection, Parent: parentOf(e.Parent), Created: e.Created, Modified: e.Modified,
		Tags: tags,
	}
}

// parentOf is the tag of those below an entity; "" at a source's root.
func parentOf(hash model.Hash) string {
	if hash == (model.Hash{}) {
		return ""
	}
	return hash.String()
}

// longestExtension is how long what stands behind the last dot of a name may be to say what a file is.
const longestExtension = 16

// extension is what stands behind the last dot of a name, in lower case; "" for none.
func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || len(name)-i-1 > longestExtension || strings.ContainsFunc(name[i+1:], func(r rune) bool { return !solid(r) }) {
		return ""
	}
	return strings.ToLower(name[i+1:])
}

// above gives the names above an entity, from its qualified name: all but the last, without the scheme.
func above(qualifiedName string) []string {
	if _, rest, ok := strings.Cut(qualifiedName, "://"); ok {
		qualifiedName = rest
	}
	segments := strings.FieldsFunc(qualifiedName, func(r rune) bool { return r == '/' || r == '#' || r == '?' })
	if len(segments) == 0 {
		return nil
	}
	segments = segments[:len(segments)-1]
	for i, n := range segments {
		segments[i] = model.UnescapeName(n)
	}
	return segments
}
