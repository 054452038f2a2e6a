-- Companies by month of first order: how many order again n months later.
select f.cohort, o.month - f.cohort as distance, count(distinct o.company_id) as companies
from (
    select company_id, cast(extract(year from ordered_on) * 12 + extract(month from ordered_on) as bigint) as month
    from orders
    where company_id is not null
) o
join (
    select company_id, cast(extract(year from min(ordered_on)) * 12 + extract(month from min(ordered_on)) as bigint) as cohort
    from orders
    where company_id is not null
    group by company_id
) f on f.company_id = o.company_id
group by 1, 2
