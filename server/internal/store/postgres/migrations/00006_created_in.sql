-- +goose Up

-- created_in: the version in which an entity was created, where change has no row for it.
alter table entity add column created_in bigint not null default 0;

-- +goose Down
insert into change (entity, version, at, actor, verb)
  select id, created_in, created, created_by, 'created' from entity where created_in > 0 order by created_in, id;
alter table entity drop column created_in;
