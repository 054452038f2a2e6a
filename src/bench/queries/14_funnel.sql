-- History of leads: one row per source, with how many ever reached each status.
select
    source,
    count(*) as leads,
    sum(contacted) as contacted,
    sum(qualified) as qualified,
    sum(converted) as converted
from (
    select
        id,
        max(source) as source,
        max(case when status in ('contacted', 'qualified', 'converted') then 1 else 0 end) as contacted,
        max(case when status in ('qualified', 'converted') then 1 else 0 end) as qualified,
        max(case when status = 'converted' then 1 else 0 end) as converted
    from leads_history
    where id is not null
    group by id
) x
group by source
