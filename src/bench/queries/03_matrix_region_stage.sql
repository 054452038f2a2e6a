-- All deals: one row per region of the owner's team and stage.
select t.region, s.name as stage, count(*) as deals, sum(d.amount) as amount
from deals d
join users u on u.id = d.owner_id
join teams t on t.id = u.team_id
join stages s on s.id = d.stage_id
group by t.region, s.name
