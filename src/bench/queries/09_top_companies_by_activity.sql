-- The 50 companies with most activities.
select c.name, x.activities, x.people
from (
    select company_id, count(*) as activities, count(distinct owner_id) as people
    from activities
    where company_id is not null
    group by company_id
) x
join companies c on c.id = x.company_id
order by x.activities desc, c.id
limit 50
