-- Ratings that reps gave to leads; one row per version of a rating, true from `since_us` to `until_us`.
--
-- Times are microseconds since 1970; nobody's rating and a rating of no lead are left out.
with versions as (
    select
        id,
        lead_id,
        owner_id,
        rating,
        epoch_us(coalesce(updated_at, _commit_ts)) as since_us,
        epoch_us(lead(coalesce(updated_at, _commit_ts)) over later) as until_us,
        _op = 'D' or deleted_at is not null as gone
    from lead_feedback_history
    where id is not null
    window later as (partition by id order by coalesce(updated_at, _commit_ts), _lsn, _seq)
)
select v.lead_id, v.owner_id as rater_id, u.team_id, v.rating, v.since_us, v.until_us
from versions v
left join users u on u.id = v.owner_id
where not v.gone and v.lead_id is not null and v.rating is not null and v.since_us <= {now}
order by v.since_us, v.id
