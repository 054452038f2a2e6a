-- Companies with any activity: one row per month of the last year.
select
    cast(extract(year from occurred_at) * 100 + extract(month from occurred_at) as bigint) as month,
    count(distinct company_id) as companies
from activities
where occurred_at >= cast('{moment_365}' as timestamp with time zone)
group by 1
