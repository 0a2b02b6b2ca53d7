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

// Page is changed entities, read and folded, ready to be written to the index.
type Page struct {
	from, to cursor
	more     bool
	rows     []store.IndexRow
	gone     []int64
}

// cursor is how far the index follows the map: to the end of a version, or to an entity within the one behind.
type cursor struct{ version, entity int64 }

// More tells whether more entities were waiting behind the page when it was read.
func (p *Page) More() bool { return p.more }

// Step brings the index forward by about limit changed entities, and tells whether more are waiting. Steps of several
// replicas may overlap: the one that comes second does nothing.
func (s *Service) Step(ctx context.Context, limit int) (more bool, err error) {
	page, err := s.Read(ctx, nil, limit)
	if err != nil || page == nil {
		return false, err
	}
	_, err = s.Write(ctx, page)
	return err == nil && page.more, err
}

// Read reads about limit changed entities, and folds them: those behind a page, which may be still unwritten, or behind what
// the index has (nil). It gives nil when nothing changed. What changes meanwhile is changed again, and comes later.
func (s *Service) Read(ctx context.Context, behind *Page, limit int) (*Page, error) {
	var p *Page
	var entities []store.Entity
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		p = &Page{}
		if behind != nil {
			p.from = behind.to
		} else if p.from.version, p.from.entity, err = tx.Index().Cursor(ctx, store.IndexFollower); err != nil {
			return err
		}
		newest, err := tx.Map().Version(ctx)
		if err != nil {
			return err
		}
		p.to = cursor{newest, 0}
		if p.from == p.to {
			p = nil
			return nil
		}
		entities, err = tx.Map().ChangedAfter(ctx, p.from.version, p.from.entity, limit)
		return err
	})
	if err != nil || p == nil {
		return nil, err
	}
	newest := p.to
	if len(entities) > 0 {
		last := entities[len(entities)-1]
		p.to.version = last.Version
		// A page within one version that is as long as the limit may go on.
		if len(entities) >= limit && entities[0].Version == last.Version {
			p.to.entity = last.ID
		}
	}
	p.more = p.to != newest
	p.rows, p.gone = s.rows(entities)
	return p, nil
}

// Write writes a page to the index in one transaction of the followers' lane. It does nothing, and says so, where the index
// is not where the page begins: another replica was here, or the page before it was not written.
func (s *Service) Write(ctx context.Context, p *Page) (written bool, err error) {
	err = s.store.Update(ctx, store.Follow, func(tx store.Tx) error {
		written = false
		v, e, err := tx.Index().Cursor(ctx, store.IndexFollower)
		if err != nil || (cursor{v, e}) != p.from {
			return err
		}
		if err := tx.Index().DropRows(ctx, p.gone); err != nil {
			return err
		}
		if err := tx.Index().PutRows(ctx, p.rows); err != nil {
			return err
		}
		written = true
		return tx.Index().SetCursor(ctx, store.IndexFollower, p.to.version, p.to.entity)
	})
	return written && err == nil, err
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
