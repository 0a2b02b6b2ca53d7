-- +goose Up

-- Measures are forgotten by their day.
create index measure_by_day on measure (day, entity);

-- +goose Down
drop index measure_by_day;
