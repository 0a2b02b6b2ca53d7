package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// truth is what a database says of itself: for each table, view and so on its lines, sorted by the reader's rule. Both
// the database and the account are told in these lines, so that a difference is a difference of lines.
type truth map[string][]string // by "schema/name"

func (tr truth) add(relation, format string, args ...any) {
	tr[relation] = append(tr[relation], fmt.Sprintf(format, args...))
}

// The relations that are assets: partitions are part of their table.
const (
	sqlRelations = `
select t.table_schema || '/' || t.table_name, case t.table_type when 'BASE TABLE' then 'table' when 'FOREIGN' then 'foreign_table' else lower(t.table_type) end,
  coalesce(obj_description(c.oid, 'pg_class'), ''), pg_get_userbyid(c.relowner)
from information_schema.tables t
join pg_namespace n on n.nspname = t.table_schema
join pg_class c on c.relname = t.table_name and c.relnamespace = n.oid
where t.table_schema not in ('pg_catalog', 'information_schema') and not c.relispartition
union all
select m.schemaname || '/' || m.matviewname, 'materialized_view',
  coalesce(obj_description(format('%I.%I', m.schemaname, m.matviewname)::regclass, 'pg_class'), ''), m.matviewowner
from pg_matviews m`

	sqlColumnsOf = `
select c.table_schema || '/' || c.table_name, c.column_name, c.ordinal_position,
  format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(col_description(a.attrelid, a.attnum), ''),
  c.column_default is not null, coalesce(lower(c.identity_generation), ''), c.is_generated = 'ALWAYS'
from information_schema.columns c
join pg_attribute a on a.attrelid = format('%I.%I', c.table_schema, c.table_name)::regclass and a.attname = c.column_name
where c.table_schema not in ('pg_catalog', 'information_schema')
union all
select m.schemaname || '/' || m.matviewname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  coalesce(col_description(a.attrelid, a.attnum), ''), false, '', false
from pg_matviews m
join pg_attribute a on a.attrelid = format('%I.%I', m.schemaname, m.matviewname)::regclass and a.attnum > 0 and not a.attisdropped
order by 1, 3`

	sqlKeysOf = `
select t.table_schema || '/' || t.table_name, t.constraint_name, lower(split_part(t.constraint_type, ' ', 1)),
  (select string_agg(k.column_name, ',' order by k.ordinal_position) from information_schema.key_column_usage k
   where k.constraint_schema = t.constraint_schema and k.constraint_name = t.constraint_name and k.table_name = t.table_name),
  coalesce((select distinct u.table_schema || '/' || u.table_name from information_schema.constraint_table_usage u
   where t.constraint_type = 'FOREIGN KEY' and u.constraint_schema = t.constraint_schema and u.constraint_name = t.constraint_name), ''),
  coalesce((select string_agg(f.column_name, ',' order by k.ordinal_position)
   from information_schema.key_column_usage k
   join information_schema.referential_constraints r on r.constraint_schema = k.constraint_schema and r.constraint_name = k.constraint_name
   join information_schema.key_column_usage f on f.constraint_schema = r.unique_constraint_schema
     and f.constraint_name = r.unique_constraint_name and f.ordinal_position = k.position_in_unique_constraint
   where k.constraint_schema = t.constraint_schema and k.constraint_name = t.constraint_name and k.table_name = t.table_name), '')
from information_schema.table_constraints t
where t.constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY') and t.table_schema not in ('pg_catalog', 'information_schema')
order by 1, 3, 2`

	sqlIndexesOf = `
select i.schemaname || '/' || i.tablename, i.indexname, i.indexdef like 'CREATE UNIQUE%' from pg_indexes i
where i.schemaname not in ('pg_catalog', 'information_schema') order by 1, 2`
)

// relation is one line of sqlRelations.
type relation struct{ path, word, comment, owner string }

func (s *source) relations(t testing.TB) (list []relation) {
	t.Helper()
	s.query(t, sqlRelations, func(r []string) { list = append(list, relation{r[0], r[1], r[2], r[3]}) })
	return list
}

// truth asks the database itself.
func (s *source) truth(t testing.TB) truth {
	t.Helper()
	tr := truth{}
	assets := map[string]bool{}
	for _, r := range s.relations(t) {
		assets[r.path] = true
		tr.add(r.path, "%s, of %s: %s", r.word, r.owner, r.comment)
	}
	only := func(add func(r []string)) func([]string) {
		return func(r []string) {
			if assets[r[0]] {
				add(r)
			}
		}
	}
	s.query(t, sqlColumnsOf, only(func(r []string) {
		identity := r[7]
		tr.add(r[0], "column %s %s %s, not null %v, default %v, identity %q, generated %v: %s", r[2], r[1], r[3], r[4] == "t", r[6] == "t" && r[8] != "t", identity, r[8] == "t", r[5])
	}))
	s.query(t, sqlKeysOf, only(func(r []string) { tr.add(r[0], "%s key %s (%s) %s (%s)", r[2], r[1], r[3], r[4], r[5]) }))
	s.query(t, sqlIndexesOf, only(func(r []string) { tr.add(r[0], "index %s, unique %v", r[1], r[2] == "t") }))
	return tr
}

// entity is an Atlas entity as far as tests look at it.
type entity struct {
	GUID, TypeName, Status string
	Version                int64
	Attributes             struct {
		QualifiedName, Name, Owner, Comment, Type, Default, Identity, Generated string
		Ordinal                                                                 int
		Nullable                                                                bool
		Keys                                                                    []struct {
			Name, Kind, RefPath string
			Columns, RefColumns []string
		}
		Indexes []struct {
			Name   string
			Unique bool
		}
	}
	RelationshipAttributes struct{ Columns []struct{ GUID string } }
}

// asset asks the account for an entity by type and qualified name.
func (a *account) asset(typeName, qualifiedName string) (entity, map[string]entity) {
	a.t.Helper()
	var answer struct {
		Entity           entity
		ReferredEntities map[string]entity
	}
	a.rest("GET", "/datamap/api/atlas/v2/entity/uniqueAttribute/type/"+typeName+"?attr:qualifiedName="+escape(qualifiedName), nil, &answer)
	return answer.Entity, answer.ReferredEntities
}

// told is what the account says of the relations of a database.
func (a *account) told(s *source) (truth, map[string]int64) {
	a.t.Helper()
	tr, versions := truth{}, map[string]int64{}
	root := "postgresql://" + s.db + "/" + s.db + "/"
	for _, hit := range a.listed(s) {
		path, ok := strings.CutPrefix(hit.QualifiedName, root)
		word := strings.TrimPrefix(hit.EntityType, "postgresql_")
		if !ok || strings.Count(path, "/") != 1 || word == "view_lineage" {
			continue
		}
		e, referred := a.asset(hit.EntityType, hit.QualifiedName)
		versions[path] = e.Version
		name := decode(path)
		tr.add(name, "%s, of %s: %s", word, e.Attributes.Owner, e.Attributes.Comment)
		for _, ref := range e.RelationshipAttributes.Columns {
			c := referred[ref.GUID].Attributes
			tr.add(name, "column %d %s %s, not null %v, default %v, identity %q, generated %v: %s", c.Ordinal, c.Name, c.Type, !c.Nullable, c.Default != "", c.Identity, c.Generated != "", c.Comment)
		}
		for _, kind := range []string{"foreign", "primary", "unique"} { // as the other side sorts them
			for _, k := range e.Attributes.Keys {
				if k.Kind == kind {
					target := decode(strings.TrimPrefix(k.RefPath, s.db+"/"))
					tr.add(name, "%s key %s (%s) %s (%s)", k.Kind, k.Name, strings.Join(k.Columns, ","), target, strings.Join(k.RefColumns, ","))
				}
			}
		}
		for _, x := range e.Attributes.Indexes {
			tr.add(name, "index %s, unique %v", x.Name, x.Unique)
		}
	}
	return tr, versions
}

// hit is one asset that search found.
type hit struct{ EntityType, QualifiedName, Name string }

// listed are all assets of a source, by way of search, once its index is complete.
func (a *account) listed(s *source) (hits []hit) {
	a.t.Helper()
	newest := int64(0)
	for offset := 0; ; {
		var page struct {
			Newest   int64 `json:"purlieuNewest"`
			Complete int64 `json:"purlieuComplete"`
			Value    []hit
		}
		body := map[string]any{
			"keywords": nil, "limit": 500, "offset": offset, "purlieuAtLeast": newest, "filter": map[string]any{"purlieuSource": s.db},
		}
		a.rest("POST", "/datamap/api/search/query", body, &page)
		if page.Complete < page.Newest { // begin anew behind the index
			newest, offset, hits = page.Newest, 0, nil
			continue
		}
		hits = append(hits, page.Value...)
		if len(page.Value) < 500 {
			return hits
		}
		offset += len(page.Value)
	}
}

func escape(text string) string { return url.QueryEscape(text) }

// decode takes the escapes out of a path whose names hold no slash.
func decode(path string) string {
	text, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return text
}
