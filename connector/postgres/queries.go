package postgres

// The catalogue queries. Those over tables answer in the order of the tables' oids, so that the answers can be merged
// without a map; further order is made here, where it is cheap. They take the sorted oids of one slice, or its first
// and last oid where the rows between that belong to no table of the slice are few; those are skipped on arrival.
// Functions that cost something per row stand only where rows are few. The session has only index scans and nested
// loops allowed (session.go), since the planner would read and sort whole catalogues for each page.
const (
	sqlDatabases = `
select d.oid, d.datname, pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, c.description, d.datistemplate
from pg_database d
left join pg_shdescription c on c.objoid = d.oid and c.classoid = 'pg_database'::regclass
where d.datallowconn
order by d.datname`

	sqlSchemas = `
select n.oid, n.nspname, pg_get_userbyid(n.nspowner), has_schema_privilege(n.oid, 'usage'), d.description
from pg_namespace n
left join pg_description d on d.objoid = n.oid and d.classoid = 'pg_namespace'::regclass and d.objsubid = 0`

	sqlPages = `
select c.oid, c.relnatts from pg_class c
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relnamespace = any ($1::oid[])
order by c.oid`

	sqlTables = `
select c.oid, c.relnamespace, c.relname, c.relkind, c.reltuples::int8, c.relpages, pg_get_userbyid(c.relowner), c.relnatts
from pg_class c
where c.oid between $1::oid and $2::oid and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and c.relnamespace = any ($3::oid[])
order by c.oid
limit $4::int4`

	sqlColumns = `
select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated, a.atthasdef
from pg_attribute a
where a.attrelid = any ($1::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum`

	sqlTypes = `
select format_type(u.typ, u.mod) from unnest($1::oid[], $2::int4[]) with ordinality u(typ, mod, pos) order by u.pos`

	// A default refers to no column, so relation 0 will do, which is cheaper. It fails on a generated column's
	// expression: only tables without such may be in the list.
	sqlDefaults = `
select d.adrelid, d.adnum, pg_get_expr(d.adbin, 0) from pg_attrdef d
where d.adrelid = any ($1::oid[]) order by d.adrelid, d.adnum`

	// A generated column refers to others.
	sqlGenerated = `
select d.adrelid, d.adnum, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
where d.adrelid = any ($1::oid[]) order by d.adrelid, d.adnum`

	sqlComments = `
select d.objoid, d.objsubid, d.description from pg_description d
where d.classoid = 'pg_class'::regclass and d.objoid between $1::oid and $2::oid order by d.objoid, d.objsubid`

	sqlKeys = `
select c.conrelid, c.oid, c.conname, c.contype, c.conkey
from pg_constraint c
where c.conrelid between $1::oid and $2::oid and c.contype in ('p', 'u', 'f') and c.conparentid = 0
order by c.conrelid`

	// A key that points to a partition points to its partitioned table here, since a partition is no asset.
	sqlKeyTargets = `
select c.oid, t.relname, t.relnamespace, a.attname
from pg_constraint c
join pg_class t on t.oid = coalesce(pg_partition_root(c.confrelid), c.confrelid)
cross join lateral unnest(c.confkey) with ordinality k(num, pos)
join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num
where c.conrelid = any ($1::oid[]) and c.contype = 'f' and c.conparentid = 0
order by c.oid, k.pos`

	sqlIndexes = `
select i.indrelid, c.relname, i.indisunique, c.relam, i.indkey, i.indnkeyatts
from pg_index i
join pg_class c on c.oid = i.indexrelid
where i.indrelid between $1::oid and $2::oid
order by i.indrelid`

	sqlMethods = `select m.oid, m.amname from pg_am m`

	sqlViews = `
select c.oid, pg_get_viewdef(c.oid), r.ev_action
from pg_class c
join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
where c.oid = any ($1::oid[])
order by c.oid`

	// 16384 is the first oid that is not the system's own.
	sqlViewInputs = `
select distinct r.ev_class, d.refobjid, t.relkind, t.relname, t.relnamespace
from pg_rewrite r
join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.deptype = 'n'
join pg_class t on t.oid = coalesce(pg_partition_root(d.refobjid), d.refobjid)
where r.ev_class = any ($1::oid[]) and r.rulename = '_RETURN' and d.refobjid <> r.ev_class and d.refobjid >= 16384
  and t.relkind in ('r', 'p', 'v', 'm', 'f')
order by r.ev_class`

	sqlColumnNames = `
select a.attrelid, a.attnum, a.attname
from unnest($1::oid[], $2::int2[]) u(rel, num)
join pg_attribute a on a.attrelid = u.rel and a.attnum = u.num and not a.attisdropped`

	sqlPartitions = `
with recursive tree (root, relid) as (
  select i.inhparent, i.inhrelid from pg_inherits i where i.inhparent = any ($1::oid[])
  union all
  select t.root, i.inhrelid from tree t join pg_inherits i on i.inhparent = t.relid
)
select t.root, c.relname, c.relnamespace, c.reltuples::int8, c.relpages
from tree t
join pg_class c on c.oid = t.relid
where c.relkind <> 'p'
order by t.root, c.relname, c.oid`

	sqlPartitionBounds = `
with recursive tree (root, relid) as (
  select i.inhparent, i.inhrelid from pg_inherits i where i.inhparent = any ($1::oid[])
  union all
  select t.root, i.inhrelid from tree t join pg_inherits i on i.inhparent = t.relid
)
select t.root, c.relname, pg_get_expr(c.relpartbound, c.oid)
from tree t
join pg_class c on c.oid = t.relid
where c.relpartbound is not null
order by t.root, c.relname, c.oid`

	sqlEnumLabels = `
select t.oid, e.enumlabel
from pg_type t
join pg_enum e on e.enumtypid = case when t.typtype = 'd' then t.typbasetype when t.typcategory = 'A' then t.typelem else t.oid end
where t.oid = any ($1::oid[])
order by t.oid, e.enumsortorder`

	sqlPartitionKeys = `
select p.partrelid, pg_get_partkeydef(p.partrelid) from pg_partitioned_table p
where p.partrelid = any ($1::oid[]) order by p.partrelid`

	sqlForeignServers = `
select f.ftrelid, s.srvname from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
where f.ftrelid = any ($1::oid[]) order by f.ftrelid`

	sqlExtensionTables = `
select d.objid, e.extname from pg_depend d join pg_extension e on e.oid = d.refobjid
where d.refclassid = 'pg_extension'::regclass and d.classid = 'pg_class'::regclass and d.deptype = 'e'`

	// 25 is text, which citext is but for its comparisons.
	sqlBaseTypes = `
select t.oid, case when t.typtype = 'd' then t.typbasetype else 25 end
from pg_type t
where t.typtype = 'd' or (t.typname = 'citext' and t.typtype = 'b')`

	// Row security is active where the login is under it, also in a session that refuses to be.
	sqlReadable = `
select a.attnum, row_security_active(a.attrelid) from pg_attribute a
where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped and has_column_privilege(a.attrelid, a.attnum, 'select')`

	sqlServer = `
select current_setting('server_version'), current_setting('block_size'), oid from pg_database where datname = current_database()`
	sqlSystemID = `select system_identifier from pg_control_system()`
	sqlRightID  = `select has_function_privilege('pg_control_system()', 'execute')`

	// Who the login is, what it is a member of, and what it may enter; one row for each right, in an order of its own.
	sqlGrants = `
with recursive held(role) as (
  select oid from pg_roles where rolname = current_user
  union select m.roleid from pg_auth_members m join held on m.member = held.role
)
select 'role', r.oid::text, r.rolname::text, concat(r.rolsuper, r.rolinherit, r.rolbypassrls, r.rolcanlogin)
from pg_roles r where r.oid in (select role from held)
union all
select 'database', d.oid::text, d.datdba::text, concat(d.datallowconn, d.datacl) from pg_database d
union all
select 'schema', n.oid::text, n.nspowner::text, n.nspacl::text from pg_namespace n where n.nspname !~ '^pg_(toast_)?temp_'
order by 1, 2`

	sqlTableNames = `
select c.relname, c.relkind from pg_class c
where c.relnamespace = $1::oid and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
order by c.relname
limit $2::int4`
)
