package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

type index struct{ *tx }

// The first character of a word in the index says where it stands.
const (
	inName = '='
	inRest = '.'
	isTag  = '@'
)

// mostWords is how many bytes of words one row has in the index; the engine takes a little more. Words of the name come
// first, so that those of columns and texts are left out.
const mostWords = 800_000

// lock makes a writer of the account one of the followers too, who otherwise write beside it. The order is always
// account before followers.
func (x index) lock(ctx context.Context) error {
	if x.lane == store.Follow || x.indexed {
		return nil
	}
	_, err := x.exec(ctx, `select pg_advisory_xact_lock($1)`, followLock)
	x.indexed = err == nil
	return err
}

// tags gives the numbers of tags, and makes those that have none.
func (x index) tags(ctx context.Context, keys map[store.Tag]int64) error {
	kinds, values := make([]string, 0, len(keys)), make([]string, 0, len(keys))
	for k := range keys {
		kinds, values = append(kinds, string(k.Kind)), append(values, k.Value)
	}
	note := func(rows pgx.Rows) error {
		var k store.Tag
		var id int64
		err := rows.Scan((*string)(&k.Kind), &k.Value, &id)
		keys[k] = id
		return err
	}
	if err := x.each(ctx, `select kind, value, id from tag join unnest($1::text[], $2::text[]) u (kind, value) using (kind, value)`,
		[]any{kinds, values}, note); err != nil {
		return err
	}
	kinds, values = kinds[:0], values[:0]
	for k, id := range keys {
		if id == 0 {
			kinds, values = append(kinds, string(k.Kind)), append(values, k.Value)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return x.each(ctx, `insert into tag (kind, value) select * from unnest($1::text[], $2::text[]) returning kind, value, id`,
		[]any{kinds, values}, note)
}

func (x index) PutRows(ctx context.Context, rows []store.IndexRow) error {
	rows = last(rows, func(r *store.IndexRow) int64 { return r.Entity })
	if len(rows) == 0 {
		return x.ready(ctx, true)
	}
	if err := x.lock(ctx); err != nil {
		return err
	}
	keys := make(map[store.Tag]int64)
	for i := range rows {
		for _, k := range tagsOfRow(&rows[i]) {
			keys[k] = 0
		}
	}
	if err := x.tags(ctx, keys); err != nil {
		return err
	}
	type r = store.IndexRow
	tagged := func(kind store.TagKind, value func(*r) string) []int64 {
		return column(rows, func(r *r) int64 { return keys[store.Tag{Kind: kind, Value: value(r)}] })
	}
	_, err := x.exec(ctx, `insert into found (entity, exact, type, source, collection, classes, words, created, modified)
		select entity, exact, type, source, collection, classes::bigint[], words::tsvector, created, modified
		from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::bigint[])
		u (entity, exact, type, source, collection, classes, words, created, modified)
		on conflict (entity) do update set exact = excluded.exact, type = excluded.type, source = excluded.source,
		collection = excluded.collection, classes = excluded.classes, words = excluded.words, created = excluded.created,
		modified = excluded.modified`,
		column(rows, func(r *r) int64 { return r.Entity }), column(rows, func(r *r) string { return r.Exact }),
		tagged(store.TagType, func(r *r) string { return r.Type }), tagged(store.TagSource, func(r *r) string { return r.Source }),
		tagged(store.TagCollection, func(r *r) string { return r.Collection }),
		column(rows, func(r *r) string { return othersOf(r, keys) }), column(rows, func(r *r) string { return wordsOf(r, keys) }),
		column(rows, func(r *r) int64 { return micros(r.Created) }), column(rows, func(r *r) int64 { return micros(r.Modified) }))
	return err
}

// tagsOfRow are the tags of a row: type, source, collection and parent, then the others.
func tagsOfRow(r *store.IndexRow) []store.Tag {
	out := []store.Tag{{Kind: store.TagType, Value: r.Type}, {Kind: store.TagSource, Value: r.Source}, {Kind: store.TagCollection, Value: r.Collection}}
	if r.Parent != "" {
		out = append(out, store.Tag{Kind: store.TagParent, Value: r.Parent})
	}
	return append(out, r.Tags...)
}

// othersOf is the array of a row's other tags, as text.
func othersOf(r *store.IndexRow, keys map[store.Tag]int64) string {
	b := []byte{'{'}
	for i, tag := range r.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, keys[tag], 10)
	}
	return string(append(b, '}'))
}

// wordsOf is the vector of a row's tags and words, as text.
func wordsOf(r *store.IndexRow, keys map[store.Tag]int64) string {
	var b []byte
	for _, k := range tagsOfRow(r) {
		b = appendLexeme(b, isTag, string(k.Kind)+strconv.FormatInt(keys[k], 10))
	}
	for i, field := range [4]string{r.Name, r.Path, r.Columns, r.Text} {
		where := byte(inRest)
		if i == 0 {
			where = inName
		}
		for w := range strings.FieldsFuncSeq(field, between) {
			if len(b)+len(w) > mostWords {
				return string(b)
			}
			b = appendLexeme(b, where, w)
		}
	}
	return string(b)
}

// longestWord is the length at which the engine needs a word to be cut, in the index and in questions alike.
const longestWord = 2000

// appendLexeme adds one word as the engine's language takes it, with nothing in it that the language knows.
func appendLexeme(dst []byte, where byte, word string) []byte {
	if len(word) > longestWord {
		word = strings.ToValidUTF8(word[:longestWord], "")
	}
	dst = append(dst, ' ', '\'', where)
	for i := range len(word) {
		if word[i] == '\'' || word[i] == '\\' {
			dst = append(dst, word[i])
		}
		dst = append(dst, word[i])
	}
	return append(dst, '\'')
}

// between tells the characters that part words.
func between(r rune) bool { return r <= ' ' || r == 0x7f }

func (x index) DropRows(ctx context.Context, entities []int64) error {
	if len(entities) == 0 {
		return x.ready(ctx, true)
	}
	if err := x.lock(ctx); err != nil {
		return err
	}
	_, err := x.exec(ctx, `delete from found where entity = any($1)`, entities)
	return err
}

func (x index) Cursor(ctx context.Context, follower string) (version, entity int64, err error) {
	_, err = x.one(ctx, `select version, entity from follower where name = $1`, []any{follower}, &version, &entity)
	return version, entity, err
}

func (x index) SetCursor(ctx context.Context, follower string, version, entity int64) error {
	if err := x.lock(ctx); err != nil {
		return err
	}
	_, err := x.exec(ctx, `insert into follower (name, version, entity) values ($1, $2, $3)
		on conflict (name) do update set version = excluded.version, entity = excluded.entity`, follower, version, entity)
	return err
}
