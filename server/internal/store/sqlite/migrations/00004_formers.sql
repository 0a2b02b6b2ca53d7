-- +goose Up

-- former: what stood in a row before a scan met another thing under its name, until a run settles whose row it is.
create table former (
  entity    integer not null,
  actor     text    not null,
  source    text    not null,
  type      text    not null,
  native_id text    not null,
  scanned   blob,
  constraint former_pk primary key (entity)
);
create index former_by_actor on former (actor, entity);
create index former_by_native on former (source, type, native_id);

-- +goose Down
drop table former;
