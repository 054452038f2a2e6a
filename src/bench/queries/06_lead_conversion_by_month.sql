-- Leads: one row per month of creation (yyyymm), with how many converted.
select
    cast(extract(year from created_at) * 100 + extract(month from created_at) as bigint) as month,
    count(*) as leads,
    sum(case when status = 'converted' then 1 else 0 end) as converted
from leads
group by 1
