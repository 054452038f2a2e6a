-- Won deals of the last 24 months: one row per month (yyyymm).
select
    cast(extract(year from closed_on) * 100 + extract(month from closed_on) as bigint) as month,
    count(*) as deals,
    sum(amount) as amount
from deals
where status = 'won' and closed_on >= date '{day_730}'
group by 1
