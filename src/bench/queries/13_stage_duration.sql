-- History of deals: one row per stage, with how long deals stayed.
select s.name as stage, count(*) as stays, sum(v.seconds) as seconds
from (
    select
        stage_id,
        cast(floor(extract(epoch from lead(updated_at) over w)) as bigint) - cast(floor(extract(epoch from updated_at)) as bigint) as seconds
    from deals_history
    window w as (partition by id order by updated_at, version)
) v
join stages s on s.id = v.stage_id
where v.seconds is not null
group by s.name
