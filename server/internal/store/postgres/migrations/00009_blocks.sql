-- +goose Up

-- base: what the last finished run of a scan saw in a container. A draft is not in its place yet.
alter table base add column count bigint not null default 0;
alter table base add column changed bigint not null default 0;
alter table base add column draft boolean not null default false;
alter table base drop constraint base_hash_unique;
create unique index base_in_place on base (scan, hash) where not draft;
create index base_by_hash on base (scan, hash, id);
create index base_draft on base (scan, id) where draft;

-- block: rows of bases, 4,096 in one; low is the hash of the first, first its position.
create table block (
  base  bigint not null,
  low   bytea  not null,
  first bigint not null,
  rows  bytea  not null,
  constraint block_pk primary key (base, low, first),
  constraint block_base_fk foreign key (base) references base (id) on delete cascade
);
alter table block alter column rows set storage external; -- hashes don't get smaller

update base set count = coalesce(length(rows), 0) / 44;
insert into block (base, low, first, rows)
  select id, substring(rows from first * 44 + 1 for 16), first, substring(rows from first * 44 + 1 for 4096 * 44)
  from base cross join lateral generate_series(0, count::integer - 1, 4096) as part (first) where count > 0;
alter table base drop column rows;

-- +goose Down
delete from base where draft;
alter table base add column rows bytea;
update base set rows = (select string_agg(rows, ''::bytea order by low) from block where block.base = base.id);
drop table block;
drop index base_draft;
drop index base_by_hash;
drop index base_in_place;
alter table base add constraint base_hash_unique unique (scan, hash);
alter table base drop column draft;
alter table base drop column changed;
alter table base drop column count;
