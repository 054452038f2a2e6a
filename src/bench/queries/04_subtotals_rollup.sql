-- Orders with three levels of subtotals: region, team, owner.
select t.region, t.name as team, u.name as owner, count(*) as orders, sum(o.total_amount) as amount
from orders o
join users u on u.id = o.owner_id
join teams t on t.id = u.team_id
group by rollup (t.region, t.name, u.name)
