-- +goose Up

-- unit: state 7 is stopping: its run was cancelled, and its node may still read. There are few.
create index unit_stopping on unit (source) where state = 7;

-- +goose Down
update unit set state = 6 where state = 7;
drop index unit_stopping;
