-- Outcomes of leads and when they became known; one row per lead whose outcome is known at {now}.
--
-- Only the {most_outcomes} outcomes that became known last: older ones say little about leads of today.
-- A lead that is still open 90 days after its arrival counts as not converted from then on. Source and
-- industry are those of its first version. Times are microseconds since 1970.
with versions as (
    select
        id,
        epoch_us(created_at) as created_us,
        epoch_us(coalesce(updated_at, _commit_ts)) as since_us,
        _op = 'D' or deleted_at is not null as gone,
        status,
        source,
        industry
    from leads_history
    where id is not null
),
lives as (
    select
        id as lead_id,
        min(created_us) + 7776000000000 as expires_us,
        min(since_us) filter (where status = 'converted') as converted_us,
        min(since_us) filter (where status in ('lost', 'closed')) as lost_us,
        min(since_us) filter (where gone) as gone_us,
        arg_min(source, since_us) filter (where source is not null) as source,
        arg_min(industry, since_us) filter (where industry is not null) as industry
    from versions
    group by id
),
outcomes as (
    select *, least(converted_us, lost_us, expires_us) as known_us
    from lives
    where expires_us is not null
),
latest as (
    select *
    from outcomes
    where known_us <= {now} and (gone_us is null or gone_us > known_us)
    order by known_us desc, lead_id desc
    limit {most_outcomes}
)
select
    lead_id,
    source,
    industry,
    known_us,
    coalesce(converted_us <= known_us, false) as converted
from latest
order by known_us, lead_id
