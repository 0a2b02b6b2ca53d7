-- +goose Up

-- unit: queued ones by source, so that a claim meets none of a source that gives nothing now.
create index unit_queued on unit (runtime, kind, source, priority desc, id) where state = 1;

-- +goose Down
drop index unit_queued;
