-- Invented rows, the same on every machine: no randomness, so that two demos can be compared.

insert into sales.people (first_name, last_name, email, phone, born, newsletter, created_at)
select f, l, lower(f || '.' || l || n || '@example.org'), '+31 6 ' || lpad((10000000 + n * 7919 % 89999999)::text, 8, '0'),
       date '1948-03-01' + (n * 997 % 20000), n % 3 = 0, timestamptz '2025-02-01 08:00+00' + n * interval '11 hours'
from generate_series(1, 240) n
cross join lateral (select (array['Ada','Bram','Ciska','Dirk','Elske','Farid','Greet','Hamid','Ilse','Joost','Katja','Lotte','Milan','Noor','Otis','Petra'])[1 + n % 16] as f,
                           (array['Aalders','Beekman','Coster','Dijkgraaf','Esveld','Faber','Goudriaan','Hoekstra','Ivens','Jonker','Kuipers','Linthorst','Mulder'])[1 + n % 13] as l) names;

insert into sales.addresses (person_id, street, postcode, city, country)
select person_id, (array['Kade','Laan','Plein','Steeg','Dijk'])[1 + person_id % 5] || ' ' || 1 + person_id * 7 % 180,
       1000 + person_id * 37 % 8999 || ' ' || chr((65 + person_id % 26)::int) || chr((65 + person_id * 3 % 26)::int),
       (array['Oosterwolde','Westmeer','Zuidhoorn','Noordwijk','Middelharen'])[1 + person_id % 5], 'NL'
from sales.people;

insert into warehouse.products (sku, title, details, tags, price, weight_g, retired)
select 'PU-' || lpad(n::text, 4, '0'), (array['Lantern','Kettle','Rope','Compass','Blanket','Stove'])[1 + n % 6] || ' no. ' || n,
       jsonb_build_object('colour', (array['green','grey','red'])[1 + n % 3], 'months', 24), array['outdoor', 'season ' || n % 4],
       (n * 137 % 9000 + 495) / 100.0, 150 + n * 61 % 4000, n % 17 = 0
from generate_series(1, 60) n;

insert into warehouse.shelves select h, s, 'Hall ' || h || ', shelf ' || s from generate_series(1, 3) h, generate_series(1, 12) s;
insert into warehouse.stock
select 'PU-' || lpad(n::text, 4, '0'), 1 + n % 3, 1 + n % 12, n * 29 % 140, date '2026-08-01' + n % 40 from generate_series(1, 60) n;

insert into sales.orders (person_id, address_id, state, placed_at, note)
select p, p, (array['placed','paid','shipped','shipped','returned','cancelled'])[1 + n % 6]::sales.order_state,
       timestamptz '2026-01-03 09:00+00' + n * interval '5 hours', case when n % 40 = 0 then 'Please ring twice' end
from (select n, 1 + n * 31 % 240 as p from generate_series(1, 900) n) x;

insert into sales.order_lines (order_id, line, sku, pieces, price)
select o.order_id, l, p.sku, 1 + (o.order_id + l) % 3, p.price
from sales.orders o
cross join generate_series(1, 3) l
join warehouse.products p on p.sku = 'PU-' || lpad((1 + (o.order_id * 7 + l * 13) % 60)::text, 4, '0')
where l <= 1 + o.order_id % 3;

-- Test numbers of card schemes; they pay for nothing.
insert into sales.payments (order_id, amount, iban, card_number, paid_at)
select t.order_id, t.total, case when t.order_id % 2 = 0 then 'NL91ABNA0417164300' end,
       case when t.order_id % 2 = 1 then (array['4111111111111111','5555555555554444','4012888888881881'])[1 + t.order_id % 3] end,
       t.placed_at + interval '20 minutes'
from sales.order_totals t where t.state in ('paid', 'shipped', 'returned');

insert into sales.events
select timestamptz '2026-01-01 00:00+00' + n * interval '97 minutes', 1 + n % 240, (array['look','search','basket','sign in'])[1 + n % 4],
       jsonb_build_object('page', '/p/' || n % 60), ('198.51.100.' || n % 250)::inet
from generate_series(1, 4000) n;

refresh materialized view sales.best_customers;
analyze;
