-- +goose Up

-- bytes: the measure of that name, which searches narrow by; null where there is none, or it was written before.
alter table measure add column bytes integer;

-- +goose Down
alter table measure drop column bytes;
