package sqlite

import (
	"context"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

type index struct{ *tx }

// The first character of a word in the index says where it stands.
const (
	inName = '='
	inRest = '.'
	isTag  = '@'
)

// tag gives the number of a tag, and makes one when it has none.
func (x index) tag(ctx context.Context, seen map[store.Tag]int64, tag store.Tag) (int64, error) {
	if id, ok := seen[tag]; ok {
		return id, nil
	}
	var id int64
	found, err := x.one(ctx, `select id from tag where kind = ? and value = ?`, []any{string(tag.Kind), tag.Value}, &id)
	if err == nil && !found {
		_, err = x.change(ctx, `insert into tag (kind, value) values (?, ?) returning id`, []any{string(tag.Kind), tag.Value}, &id)
	}
	seen[tag] = id
	return id, err
}

func (x index) PutRows(ctx context.Context, rows []store.IndexRow) error {
	seen := make(map[store.Tag]int64)
	for i := range rows {
		if err := x.put(ctx, seen, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (x index) put(ctx context.Context, seen map[store.Tag]int64, row *store.IndexRow) error {
	var ids [3]int64
	var words, others []byte
	words = appendWords(words, inName, row.Name)
	for _, field := range [3]string{row.Path, row.Columns, row.Text} {
		words = appendWords(words, inRest, field)
	}
	for i, tag := range [3]store.Tag{{Kind: store.TagType, Value: row.Type}, {Kind: store.TagSource, Value: row.Source}, {Kind: store.TagCollection, Value: row.Collection}} {
		id, err := x.tag(ctx, seen, tag)
		if err != nil {
			return err
		}
		ids[i] = id
		words = appendTag(words, tag.Kind, id)
	}
	if row.Parent != "" {
		id, err := x.tag(ctx, seen, store.Tag{Kind: store.TagParent, Value: row.Parent})
		if err != nil {
			return err
		}
		words = appendTag(words, store.TagParent, id)
	}
	for _, tag := range row.Tags {
		id, err := x.tag(ctx, seen, tag)
		if err != nil {
			return err
		}
		words = appendTag(words, tag.Kind, id)
		others = strconv.AppendInt(append(others, ' '), id, 10)
	}
	if _, err := x.exec(ctx, `insert or replace into word (rowid, words) values (?, ?)`,
		row.Entity, string(words)); err != nil {
		return err
	}
	_, err := x.exec(ctx, `insert into found (entity, exact, type, source, collection, classes, created, modified) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (entity) do update set exact = excluded.exact, type = excluded.type, source = excluded.source,
		collection = excluded.collection, classes = excluded.classes, created = excluded.created, modified = excluded.modified`,
		row.Entity, row.Exact, ids[0], ids[1], ids[2], strings.TrimPrefix(string(others), " "), micros(row.Created), micros(row.Modified))
	return err
}

func appendTag(dst []byte, kind store.TagKind, id int64) []byte {
	return strconv.AppendInt(append(append(dst, ' ', isTag), kind...), id, 10)
}

func appendWords(dst []byte, where byte, field string) []byte {
	for w := range strings.FieldsFuncSeq(field, between) {
		dst = append(append(dst, ' ', where), w...)
	}
	return dst
}

// between tells the characters that part words, here as in the tokenizer of the index.
func between(r rune) bool { return r <= ' ' || r == 0x7f }

func (x index) DropRows(ctx context.Context, entities []int64) error {
	for _, id := range entities {
		n, err := x.exec(ctx, `delete from found where entity = ?`, id)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := x.exec(ctx, `delete from word where rowid = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

func (x index) Cursor(ctx context.Context, follower string) (version, entity int64, err error) {
	_, err = x.one(ctx, `select version, entity from follower where name = ?`, []any{follower}, &version, &entity)
	return version, entity, err
}

func (x index) SetCursor(ctx context.Context, follower string, version, entity int64) error {
	_, err := x.exec(ctx, `insert into follower (name, version, entity) values (?, ?, ?)
		on conflict (name) do update set version = excluded.version, entity = excluded.entity`, follower, version, entity)
	return err
}
