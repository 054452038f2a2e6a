-- Activities and orders, each aggregated at home: one row per industry.
select c.industry, sum(a.activities) as activities, sum(o.amount) as amount
from companies c
left join (select company_id, count(*) as activities from activities group by company_id) a on a.company_id = c.id
left join (select company_id, sum(total_amount) as amount from orders group by company_id) o on o.company_id = c.id
group by c.industry
