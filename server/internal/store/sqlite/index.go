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

// The kinds of tag.
const (
	tagType       = "t"
	tagSource     = "s"
	tagCollection = "c"
	tagClass      = "k"
)

type tagKey struct{ kind, value string }

// tag gives the number of a value, and makes one when it has none.
func (x index) tag(ctx context.Context, seen map[tagKey]int64, kind, value string) (int64, error) {
	key := tagKey{kind, value}
	if id, ok := seen[key]; ok {
		return id, nil
	}
	var id int64
	found, err := x.one(ctx, `select id from tag where kind = ? and value = ?`, []any{kind, value}, &id)
	if err == nil && !found {
		_, err = x.change(ctx, `insert into tag (kind, value) values (?, ?) returning id`, []any{kind, value}, &id)
	}
	seen[key] = id
	return id, err
}

func (x index) PutRows(ctx context.Context, rows []store.IndexRow) error {
	seen := make(map[tagKey]int64)
	for i := range rows {
		if err := x.put(ctx, seen, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (x index) put(ctx context.Context, seen map[tagKey]int64, row *store.IndexRow) error {
	var ids [3]int64
	var words, classes []byte
	words = appendWords(words, inName, row.Name)
	for _, field := range [3]string{row.Path, row.Columns, row.Text} {
		words = appendWords(words, inRest, field)
	}
	for i, k := range [3]tagKey{{tagType, row.Type}, {tagSource, row.Source}, {tagCollection, row.Collection}} {
		id, err := x.tag(ctx, seen, k.kind, k.value)
		if err != nil {
			return err
		}
		ids[i] = id
		words = appendTag(words, k.kind, id)
	}
	for _, class := range row.Classes {
		id, err := x.tag(ctx, seen, tagClass, class)
		if err != nil {
			return err
		}
		words = appendTag(words, tagClass, id)
		classes = strconv.AppendInt(append(classes, ' '), id, 10)
	}
	if _, err := x.exec(ctx, `insert or replace into word (rowid, words) values (?, ?)`,
		row.Entity, string(words)); err != nil {
		return err
	}
	_, err := x.exec(ctx, `insert into found (entity, exact, type, source, collection, classes) values (?, ?, ?, ?, ?, ?)
		on conflict (entity) do update set exact = excluded.exact, type = excluded.type, source = excluded.source,
		collection = excluded.collection, classes = excluded.classes`,
		row.Entity, row.Exact, ids[0], ids[1], ids[2], strings.TrimPrefix(string(classes), " "))
	return err
}

func appendTag(dst []byte, kind string, id int64) []byte {
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
