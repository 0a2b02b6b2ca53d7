-- +goose Up

-- Searches are put in order, and narrowed, by times. The index is written anew, since old rows lack them; it stays
-- searchable meanwhile.
alter table found add column created bigint not null default 0;
alter table found add column modified bigint not null default 0;
create index found_by_modified on found (modified, entity);

-- A reader's collections are gone through by entity, whatever lies between them.
create index found_by_turn on found (collection, entity);
update follower set version = 0, entity = 0 where name = 'search';

-- +goose Down
drop index found_by_turn;
drop index found_by_modified;
alter table found drop column modified;
alter table found drop column created;
