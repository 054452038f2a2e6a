-- Activities of the last 90 days: one row per owner and week.
select
    u.name as owner,
    cast(floor(extract(epoch from a.occurred_at) / 604800) as bigint) as week,
    count(*) as activities
from activities a
join users u on u.id = a.owner_id
where a.occurred_at >= cast('{moment_90}' as timestamp with time zone)
group by 1, 2
