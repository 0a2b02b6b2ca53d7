-- The login that the node signs in with: it may see structure and read rows, and change nothing.
-- :password comes from psql's -v and exists only in this run.

create role scanner login password :'password' connection limit 8;
alter role scanner set default_transaction_read_only = on;
grant usage on schema sales, warehouse to scanner;
grant select on all tables in schema sales, warehouse to scanner;
