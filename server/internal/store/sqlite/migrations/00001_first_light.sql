-- +goose Up

-- counter: numbers that only rise: the map's version, entity rows, probes.
create table counter (
  name  text    not null,
  value integer not null,
  constraint counter_pk primary key (name)
) without rowid;
insert into counter (name, value) values ('version', 0), ('entity', 0), ('probe', 0);

-- doc: configuration objects, one row each.
create table doc (
  kind     text    not null,
  key      text    not null,
  body     blob    not null,
  version  integer not null,
  created  integer not null,
  modified integer not null,
  constraint doc_pk primary key (kind, key)
) without rowid;

-- run: executions of scans; serial is the order of arrival.
create table run (
  serial  integer not null,
  id      text    not null,
  source  text    not null,
  scan    text    not null,
  runtime text    not null,
  state   text    not null,
  queued  integer not null,
  started integer not null,
  ended   integer not null,
  open    integer not null,
  body    blob,
  constraint run_pk primary key (serial autoincrement),
  constraint run_id_unique unique (id)
);
create index run_by_scan on run (source, scan, serial);
create index run_active on run (serial) where state in ('Accepted', 'InProgress');

-- unit: parts of runs, with the lease of the node that holds them. State 1 is queued, 2 is leased.
create table unit (
  id         integer not null,
  run        text    not null,
  parent     integer not null,
  runtime    text    not null,
  source     text    not null,
  kind       text    not null,
  state      integer not null,
  priority   integer not null,
  attempt    integer not null,
  node       text    not null,
  lease_end  integer not null,
  not_before integer not null,
  failures   integer not null,
  received   text    not null,
  applied    integer not null,
  spec       blob,
  done       blob,
  constraint unit_pk primary key (id autoincrement)
);
create index unit_by_run on unit (run, id);
create index unit_by_state on unit (run, state);
create index unit_claim on unit (runtime, priority desc, id) where state = 1;
create index unit_lease on unit (id, lease_end, node) where state = 2;
create index unit_leased on unit (source, node) where state = 2;

-- gap: what could not be read; id is unit * 2^22 + arrival, so that ids are in reading order.
create table gap (
  id     integer not null,
  run    text    not null,
  unit   integer not null,
  path   text    not null,
  facet  integer not null,
  code   text    not null,
  state  text    not null,
  object text    not null,
  remedy text    not null,
  count  integer not null,
  constraint gap_pk primary key (id)
);
create index gap_by_run on gap (run, id);

-- inbox: batches between receipt and application, as they came.
create table inbox (
  seq         integer not null,
  unit        integer not null,
  attempt     integer not null,
  number      integer not null,
  node        text    not null,
  received    integer not null,
  failures    integer not null,
  not_before  integer not null,
  quarantined text    not null,
  body        blob    not null,
  constraint inbox_pk primary key (seq autoincrement),
  constraint inbox_batch_unique unique (unit, attempt, number)
);
create index inbox_waiting on inbox (seq) where quarantined = '';
create index inbox_quarantined on inbox (seq) where quarantined <> '';

-- entity: the rows of the map; columns live inside scanned.
create table entity (
  id             integer not null,
  hash           blob    not null,
  type           text    not null,
  qualified_name text    not null,
  name           text    not null,
  parent         blob    not null,
  source         text    not null,
  collection     text    not null,
  native_id      text    not null,
  deleted        integer not null,
  version        integer not null,
  created        integer not null,
  modified       integer not null,
  created_by     text    not null,
  modified_by    text    not null,
  fingerprint    integer not null,
  next_column    integer not null,
  scanned        blob,
  authored       blob,
  constraint entity_pk primary key (id)
);
create unique index entity_hash_unique on entity (hash);
create index entity_by_version on entity (version, id);
create index entity_by_parent on entity (parent, name, id) where deleted = 0;
create index entity_by_native on entity (source, type, native_id) where deleted = 0;

-- change: the history of entities, appended.
create table change (
  id      integer not null,
  entity  integer not null,
  version integer not null,
  at      integer not null,
  actor   text    not null,
  verb    text    not null,
  diff    blob,
  constraint change_pk primary key (id)
);
create index change_by_entity on change (entity, version, id);

-- measure: numbers of an entity on a day, packed.
create table measure (
  entity   integer not null,
  day      integer not null,
  measures blob    not null,
  constraint measure_pk primary key (entity, day)
) without rowid;

-- edge: ends of processes; far_id is 0 while the far end is not in the map.
create table edge (
  id       integer not null,
  process  integer not null,
  input    integer not null,
  far      blob    not null,
  far_type text    not null,
  far_name text    not null,
  far_id   integer not null,
  columns  blob,
  constraint edge_pk primary key (id)
);
create index edge_by_process on edge (process, id);
create index edge_by_far on edge (far, process, id);

-- part: what attempts saw of containers, until their run is final.
create table part (
  id         integer not null,
  run        text    not null,
  unit       integer not null,
  attempt    integer not null,
  container  text    not null,
  generation integer not null,
  rows       blob,
  seen       blob,
  moved      blob,
  constraint part_pk primary key (id)
);
create index part_by_container on part (run, container, unit, id);

-- base: what the last finished run of a scan saw in a container.
create table base (
  id         integer not null,
  scan       text    not null,
  container  text    not null,
  generation integer not null,
  rows       blob,
  constraint base_pk primary key (id),
  constraint base_container_unique unique (scan, container)
);

-- tag: small numbers for the values that searches filter and count by. Kinds: t type, s source, c collection, k class.
create table tag (
  id    integer not null,
  kind  text    not null,
  value text    not null,
  constraint tag_pk primary key (id),
  constraint tag_value_unique unique (kind, value)
);

-- found: what search needs of an entity beside its words; tags are ids of tag, classes are ids with spaces between.
create table found (
  entity     integer not null,
  exact      text    not null,
  type       integer not null,
  source     integer not null,
  collection integer not null,
  classes    text    not null,
  constraint found_pk primary key (entity)
);
create index found_by_exact on found (exact, entity);
create index found_by_collection on found (collection, exact, entity);

-- word: the words of entities, without the text itself, split by blanks. The first character says where a word stands:
-- '=' in the name, '.' elsewhere, '@' is a tag of the row, so that filters narrow the candidates inside the index.
create virtual table word using fts5 (
  words,
  content = '', contentless_delete = 1, detail = none, prefix = '2 4 6 9',
  tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\]^_`{|}~'"
);
insert into word (word, rank) values ('automerge', 8);
insert into word (word, rank) values ('hashsize', 8388608);

-- follower: how far followers of the map's versions have come.
create table follower (
  name    text    not null,
  version integer not null,
  entity  integer not null,
  constraint follower_pk primary key (name)
) without rowid;

-- +goose Down
drop table follower;
drop table word;
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
