-- Won amount per month and running total: one row per month.
select month, amount, sum(amount) over (order by month) as running
from (
    select
        cast(extract(year from closed_on) * 100 + extract(month from closed_on) as bigint) as month,
        sum(amount) as amount
    from deals
    where status = 'won'
    group by 1
) m
