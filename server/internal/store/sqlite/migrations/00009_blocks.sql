-- +goose Up

-- base: what the last finished run of a scan saw in a container. A draft is not in its place yet; ids are never used again.
alter table base rename to whole;
create table base (
  id         integer not null,
  scan       text    not null,
  container  text    not null,
  generation integer not null,
  count      integer not null,
  changed    integer not null,
  draft      integer not null,
  grants     blob,
  constraint base_pk primary key (id autoincrement)
);
create unique index base_in_place on base (scan, container) where draft = 0;
create index base_by_container on base (scan, container, id);
create index base_draft on base (scan, id) where draft = 1;

-- block: rows of bases, 4,096 in one; low is the hash of the first, first its position.
create table block (
  base  integer not null,
  low   blob    not null,
  first integer not null,
  rows  blob    not null,
  constraint block_pk primary key (base, low, first)
);

insert into base (id, scan, container, generation, count, changed, draft, grants)
  select id, scan, container, generation, coalesce(length(rows), 0) / 44, 0, 0, grants from whole;
with recursive part (base, first, count) as (
  select id, 0, count from base where count > 0
  union all select base, first + 4096, count from part where first + 4096 < count
)
insert into block (base, low, first, rows)
  select base, substr(rows, first * 44 + 1, 16), first, substr(rows, first * 44 + 1, 4096 * 44) from part join whole on id = base;
drop table whole;

-- +goose Down
create table whole (
  id         integer not null,
  scan       text    not null,
  container  text    not null,
  generation integer not null,
  rows       blob,
  grants     blob,
  constraint base_pk primary key (id),
  constraint base_container_unique unique (scan, container)
);
insert into whole (id, scan, container, generation, rows, grants)
  select id, scan, container, generation,
    (select cast(group_concat(rows, '') as blob) from (select rows from block where block.base = base.id order by low)), grants
  from base where draft = 0;
drop table block;
drop table base;
alter table whole rename to base;
