-- Open deals: one row per stage.
select s.name as stage, count(*) as deals, sum(d.amount) as amount
from deals d
join stages s on s.id = d.stage_id
where d.status = 'open'
group by s.name
