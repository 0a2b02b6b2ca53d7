-- Makes n tables of ten columns, as the benchmark scans them: call purlieu_tables(n).
-- Each has a primary key, three defaults, a comment and two column comments. Every fifth has a second index, every
-- tenth a foreign key to the one before, every twentieth a view over it.
create procedure purlieu_tables(n int) language plpgsql as $$
declare
  name text;
  before text;
begin
  for i in 1..n loop
    before := name;
    name := 'asset_' || to_char(i, 'FM000000');
    execute format('create table %I (number bigint primary key, title varchar(80) not null, note text, '
      'price numeric(10,2) not null default 0, opened timestamptz not null default now(), closed date, '
      'active boolean not null default true, place varchar(120), amount double precision, parent bigint)', name);
    execute format('comment on table %I is %L', name, 'Made table ' || i);
    execute format('comment on column %I.price is %L', name, 'Price with tax');
    execute format('comment on column %I.place is %L', name, 'Town and street');
    if i % 5 = 0 then
      execute format('create index on %I (title)', name);
    end if;
    if i % 10 = 0 then
      execute format('alter table %I add foreign key (parent) references %I', name, before);
    end if;
    if i % 20 = 0 then
      execute format('create view %I as select number, title, price from %I where active', 'seen_' || name, name);
    end if;
    if i % 250 = 0 then
      commit;
    end if;
  end loop;
end $$;
