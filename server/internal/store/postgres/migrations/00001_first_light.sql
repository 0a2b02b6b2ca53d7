-- +goose Up

-- Text is compared byte for byte (collate "C"), times are microseconds of UTC, hashes are 16 bytes kept as uuid. Texts
-- that may be longer than an index takes are indexed by their first 400 characters, which keeps their order.

-- counter: numbers that only rise: the map's version, entity rows, probes.
create table counter (
  name  text collate "C" not null,
  value bigint           not null,
  constraint counter_pk primary key (name)
);
insert into counter (name, value) values ('version', 0), ('entity', 0), ('probe', 0);

-- doc: configuration objects, one row each.
create table doc (
  kind     text collate "C" not null,
  key      text collate "C" not null,
  body     bytea            not null,
  version  bigint           not null,
  created  bigint           not null,
  modified bigint           not null,
  constraint doc_pk primary key (kind, key)
);

-- run: executions of scans; serial is the order of arrival.
create table run (
  serial  bigint generated always as identity,
  id      text collate "C" not null,
  source  text collate "C" not null,
  scan    text collate "C" not null,
  runtime text collate "C" not null,
  state   text collate "C" not null,
  queued  bigint           not null,
  started bigint           not null,
  ended   bigint           not null,
  open    bigint           not null,
  body    bytea,
  constraint run_pk primary key (serial),
  constraint run_id_unique unique (id)
);
create index run_by_scan on run (source, scan, serial);
create index run_active on run (serial) where state in ('Accepted', 'InProgress');

-- unit: parts of runs, with the lease of the node that holds them. State 1 is queued, 2 is leased.
create table unit (
  id         bigint generated always as identity,
  run        text collate "C" not null,
  parent     bigint           not null,
  runtime    text collate "C" not null,
  source     text collate "C" not null,
  kind       text collate "C" not null,
  state      bigint           not null,
  priority   bigint           not null,
  attempt    bigint           not null,
  node       text collate "C" not null,
  lease_end  bigint           not null,
  not_before bigint           not null,
  failures   bigint           not null,
  received   text collate "C" not null,
  applied    bigint           not null,
  spec       bytea,
  done       bytea,
  constraint unit_pk primary key (id)
);
create index unit_by_run on unit (run, id);
create index unit_by_state on unit (run, state);
create index unit_claim on unit (runtime, priority desc, id) where state = 1;
create index unit_lease on unit (id, lease_end, node) where state = 2;
create index unit_leased on unit (source, node) where state = 2;

-- gap: what could not be read; id is unit * 2^22 + arrival, so that ids are in reading order.
create table gap (
  id     bigint           not null,
  run    text collate "C" not null,
  unit   bigint           not null,
  path   text collate "C" not null,
  facet  bigint           not null,
  code   text collate "C" not null,
  state  text collate "C" not null,
  object text collate "C" not null,
  remedy text collate "C" not null,
  count  bigint           not null,
  constraint gap_pk primary key (id)
);
create index gap_by_run on gap (run, id);

-- inbox: batches between receipt and application, as they came.
create table inbox (
  seq         bigint generated always as identity,
  unit        bigint           not null,
  attempt     bigint           not null,
  number      bigint           not null,
  node        text collate "C" not null,
  received    bigint           not null,
  failures    bigint           not null,
  not_before  bigint           not null,
  quarantined text collate "C" not null,
  size        bigint           not null,
  body        bytea            not null,
  constraint inbox_pk primary key (seq),
  constraint inbox_batch_unique unique (unit, attempt, number)
);
alter table inbox alter column body set storage external; -- it is packed already
create index inbox_waiting on inbox (seq) include (size) where quarantined = '';
create index inbox_quarantined on inbox (seq) where quarantined <> '';

-- entity: the rows of the map; columns live inside scanned.
create table entity (
  id             bigint           not null,
  hash           uuid             not null,
  type           text collate "C" not null,
  qualified_name text collate "C" not null,
  name           text collate "C" not null,
  parent         uuid             not null,
  source         text collate "C" not null,
  collection     text collate "C" not null,
  native_id      text collate "C" not null,
  deleted        boolean          not null,
  version        bigint           not null,
  created        bigint           not null,
  modified       bigint           not null,
  created_by     text collate "C" not null,
  modified_by    text collate "C" not null,
  fingerprint    bigint           not null,
  next_column    bigint           not null,
  scanned        bytea,
  authored       bytea,
  constraint entity_pk primary key (id)
);
create unique index entity_hash_unique on entity (hash);
create index entity_by_version on entity (version, id);
create index entity_by_parent on entity (parent, left(name, 400), id) where not deleted;
create index entity_by_native on entity (source, type, left(native_id, 400)) where not deleted;

-- change: the history of entities, appended.
create table change (
  id      bigint generated always as identity,
  entity  bigint           not null,
  version bigint           not null,
  at      bigint           not null,
  actor   text collate "C" not null,
  verb    text collate "C" not null,
  diff    bytea,
  constraint change_pk primary key (id)
);
create index change_by_entity on change (entity, version, id);

-- measure: numbers of an entity on a day, packed.
create table measure (
  entity   bigint  not null,
  day      integer not null,
  measures bytea   not null,
  constraint measure_pk primary key (entity, day)
);

-- edge: ends of processes; far_id is 0 while the far end is not in the map.
create table edge (
  id       bigint generated always as identity,
  process  bigint           not null,
  input    boolean          not null,
  far      uuid             not null,
  far_type text collate "C" not null,
  far_name text collate "C" not null,
  far_id   bigint           not null,
  columns  bytea,
  constraint edge_pk primary key (id)
);
create index edge_by_process on edge (process, id);
create index edge_by_far on edge (far, process, id);

-- part: what attempts saw of containers, until their run is final.
create table part (
  id         bigint generated always as identity,
  run        text collate "C" not null,
  unit       bigint           not null,
  attempt    bigint           not null,
  container  text collate "C" not null,
  generation bigint           not null,
  rows       bytea,
  seen       bytea,
  moved      bytea,
  constraint part_pk primary key (id)
);
create index part_by_container on part (run, left(container, 400), unit, id);

-- base: what the last finished run of a scan saw in a container.
create table base (
  id         bigint generated always as identity,
  scan       text collate "C" not null,
  hash       uuid             not null, -- of the container's name
  container  text collate "C" not null,
  generation bigint           not null,
  rows       bytea,
  constraint base_pk primary key (id),
  constraint base_hash_unique unique (scan, hash)
);
create index base_by_container on base (scan, left(container, 400));

-- tag: small numbers for the values that searches filter and count by. Kinds: t type, s source, c collection, k class.
create table tag (
  id    bigint generated always as identity,
  kind  text collate "C" not null,
  value text collate "C" not null,
  constraint tag_pk primary key (id),
  constraint tag_value_unique unique (kind, value)
);

-- found: what search needs of an entity; tags are ids of tag. The first character of a word says where it stands: '=' in
-- the name, '.' elsewhere, '@' is a tag of the row, so that filters narrow the candidates inside the index.
create table found (
  entity     bigint           not null,
  exact      text collate "C" not null,
  type       bigint           not null,
  source     bigint           not null,
  collection bigint           not null,
  classes    bigint[]         not null,
  words      tsvector         not null,
  constraint found_pk primary key (entity)
);
create index found_by_exact on found (exact, entity);
create index found_by_collection on found (collection, exact, entity);
create index found_by_word on found using gin (words);

-- follower: how far followers of the map's versions have come.
create table follower (
  name    text collate "C" not null,
  version bigint           not null,
  entity  bigint           not null,
  constraint follower_pk primary key (name)
);

-- +goose Down
drop table follower;
drop table found;
drop table tag;
drop table base;
drop table part;
drop table edge;
drop table measure;
drop table change;
drop table entity;
drop table inbox;
drop table gap;
drop table unit;
drop table run;
drop table doc;
drop table counter;
