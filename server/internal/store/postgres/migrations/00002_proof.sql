-- +goose Up

-- grants: under which grants of the login the rows of a base were seen, packed.
alter table base add column grants bytea;

create index entity_gone on entity (modified, id) where deleted;

-- +goose Down
drop index entity_gone;
alter table base drop column grants;
