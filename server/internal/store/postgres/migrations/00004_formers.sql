-- +goose Up

-- former: what stood in a row before a scan met another thing under its name, until a run settles whose row it is.
create table former (
  entity    bigint           not null,
  actor     text collate "C" not null,
  source    text collate "C" not null,
  type      text collate "C" not null,
  native_id text collate "C" not null,
  scanned   bytea,
  constraint former_pk primary key (entity)
);
create index former_by_actor on former (actor, entity);
create index former_by_native on former (source, type, left(native_id, 400));

-- +goose Down
drop table former;
