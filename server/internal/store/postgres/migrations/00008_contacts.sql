-- +goose Up

-- Searches count contacts by what they are. The index is written anew, since old rows lack that; it stays searchable meanwhile.
update follower set version = 0, entity = 0 where name = 'search';

-- +goose Down
select 1;
