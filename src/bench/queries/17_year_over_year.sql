-- Won amount: one row per month of the year, the last 365 days beside the 365 before.
select
    cast(extract(month from closed_on) as bigint) as month,
    sum(case when closed_on >= date '{day_365}' then amount end) as this_year,
    sum(case when closed_on < date '{day_365}' then amount end) as last_year
from deals
where status = 'won' and closed_on >= date '{day_730}'
group by 1
