-- +goose Up

-- grants: under which grants of the login the rows of a base were seen, packed.
alter table base add column grants blob;

create index entity_gone on entity (modified, id) where deleted = 1;

-- +goose Down
drop index entity_gone;
alter table base drop column grants;
