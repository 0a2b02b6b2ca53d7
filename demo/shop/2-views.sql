-- What the shop's people look at: each view feeds on tables, or on other views.

create view sales.order_totals as
    select o.order_id, o.person_id, o.state, o.placed_at, sum(l.amount) as total, count(*) as lines
    from sales.orders o
    join sales.order_lines l using (order_id)
    group by o.order_id;
comment on view sales.order_totals is 'Orders with their sums';

create view sales.open_invoices as
    select t.order_id, p.full_name, p.email, t.total - coalesce(sum(m.amount), 0) as due
    from sales.order_totals t
    join sales.people p using (person_id)
    left join sales.payments m using (order_id)
    where t.state in ('placed', 'shipped')
    group by t.order_id, p.full_name, p.email, t.total
    having t.total > coalesce(sum(m.amount), 0);
comment on view sales.open_invoices is 'Who still owes what';

create materialized view sales.best_customers as
    select p.person_id, p.full_name, a.city, sum(t.total) as spent
    from sales.order_totals t
    join sales.people p using (person_id)
    left join sales.addresses a on a.person_id = p.person_id and a.is_default
    group by p.person_id, p.full_name, a.city
    order by spent desc
    limit 50
    with no data;
comment on materialized view sales.best_customers is 'Refreshed every night';
create unique index best_customers_key on sales.best_customers (person_id);

create view warehouse.shortages as
    select p.sku, p.title, coalesce(sum(s.pieces), 0) as pieces
    from warehouse.products p
    left join warehouse.stock s using (sku)
    where not p.retired
    group by p.sku, p.title
    having coalesce(sum(s.pieces), 0) < 20;
comment on view warehouse.shortages is 'What should be ordered soon';
