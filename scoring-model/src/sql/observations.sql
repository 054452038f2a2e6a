-- What was known about leads at their scoring moments; one row per lead that was open then.
--
-- A version of a record is true from its `updated_at` until that of the next one, so a moment sees
-- exactly what was true then, whatever was written later. Times are microseconds since 1970.
-- For training, {training} is true and the moment is the lead's arrival plus an age that the last
-- digit of its id decides; leads whose 90 days after the moment are not over at {now} are left out.
-- Of these, the {most_learned} that arrived last are taken: older ones say little about leads of today.
-- For scoring, {training} is false and the moment is {now}. {unscored} true: only leads that have no
-- score yet.
with recent as (
    select id, min(created_at) as arrived_at
    from leads_history
    where {training} and id is not null
    group by id
    having epoch_us(min(created_at)) + 7776000000000 <= {now}
    order by arrived_at desc, id
    limit {most_learned}
),
chosen as (
    select id from recent
    union all
    select id
    from leads
    where not {training} and status not in ('converted', 'lost', 'closed') and not ({unscored} and score is not null)
),
versions as (
    select
        id,
        epoch_us(created_at) as created_us,
        epoch_us(coalesce(updated_at, _commit_ts)) as since_us,
        epoch_us(lead(coalesce(updated_at, _commit_ts)) over later) as until_us,
        _op = 'D' or deleted_at is not null as gone,
        status,
        source,
        industry,
        country,
        job_title,
        priority,
        cast(estimated_value as double) as estimated_value,
        email is not null as has_email,
        phone is not null as has_phone,
        company_name is not null as has_company,
        cast(attributes as varchar) as attributes,
        score is not null as scored
    from leads_history
    where id in (select id from chosen)
    window later as (partition by id order by coalesce(updated_at, _commit_ts), _lsn, _seq)
),
lives as (
    select
        id,
        min(created_us) as arrived_us,
        min(since_us) filter (where status = 'converted') as converted_us,
        min(since_us) filter (where gone) as gone_us
    from versions
    group by id
),
moments as (
    select
        id as lead_id,
        arrived_us,
        converted_us,
        gone_us,
        case
            when not {training} then {now}
            else arrived_us + 86400000000 * case (strpos('0123456789abcdef', right(id, 1)) - 1) // 4
                when 0 then 0
                when 1 then 7
                when 2 then 14
                else 30
            end
        end as at_us
    from lives
    where arrived_us is not null
),
known as (
    select
        m.lead_id,
        m.arrived_us,
        m.converted_us,
        m.at_us,
        v.source,
        v.industry,
        v.country,
        v.job_title,
        v.priority,
        v.estimated_value,
        v.has_email,
        v.has_phone,
        v.has_company,
        v.attributes
    from moments m
    join versions v on v.id = m.lead_id and v.since_us <= m.at_us and (v.until_us is null or m.at_us < v.until_us)
    where not v.gone
        and v.status not in ('converted', 'lost', 'closed')
        and not ({unscored} and v.scored)
        and (not {training} or m.at_us + 7776000000000 <= {now})
        -- A lead that was deleted before its outcome has none.
        and (not {training} or m.gone_us is null or m.gone_us > m.at_us + 7776000000000
            or m.converted_us < m.gone_us)
),
mine as (
    select distinct id from activities_history where lead_id in (select lead_id from known)
),
touches as (
    select
        lead_id,
        kind,
        direction,
        epoch_us(occurred_at) as occurred_us,
        epoch_us(coalesce(updated_at, _commit_ts)) as since_us,
        epoch_us(lead(coalesce(updated_at, _commit_ts)) over later) as until_us,
        _op = 'D' or deleted_at is not null as gone
    from activities_history
    where id in (select id from mine)
    window later as (partition by id order by coalesce(updated_at, _commit_ts), _lsn, _seq)
),
seen as (
    select k.lead_id, t.kind, t.direction, t.occurred_us, k.at_us - t.occurred_us as age_us
    from known k
    join touches t on t.lead_id = k.lead_id
        and t.since_us <= k.at_us and (t.until_us is null or k.at_us < t.until_us)
        and t.occurred_us <= k.at_us
    where not t.gone and t.kind <> 'note'
),
counted as (
    select
        lead_id,
        count(*) filter (where kind = 'email' and age_us < 2592000000000) as emails_30,
        count(*) filter (where kind = 'email' and age_us < 7776000000000) as emails_90,
        count(*) filter (where kind in ('call', 'sms') and age_us < 2592000000000) as calls_30,
        count(*) filter (where kind in ('call', 'sms') and age_us < 7776000000000) as calls_90,
        count(*) filter (where kind in ('meeting', 'demo') and age_us < 2592000000000) as meetings_30,
        count(*) filter (where kind in ('meeting', 'demo') and age_us < 7776000000000) as meetings_90,
        count(*) filter (where direction = 'inbound' and age_us < 2592000000000) as inbound_30,
        count(*) filter (where direction = 'inbound' and age_us < 7776000000000) as inbound_90,
        count(*) filter (where direction = 'outbound' and age_us < 2592000000000) as outbound_30,
        count(*) filter (where direction = 'outbound' and age_us < 7776000000000) as outbound_90,
        max(occurred_us) as last_touch_us,
        max(occurred_us) filter (where direction = 'inbound') as last_inbound_us,
        min(occurred_us) filter (where direction = 'outbound') as first_outbound_us
    from seen
    group by lead_id
)
select
    k.lead_id,
    k.at_us,
    k.arrived_us,
    coalesce(k.converted_us > k.at_us and k.converted_us <= k.at_us + 7776000000000, false) as converted,
    k.source,
    k.industry,
    k.country,
    k.job_title,
    k.priority,
    k.estimated_value,
    k.has_email,
    k.has_phone,
    k.has_company,
    k.attributes,
    (k.at_us - k.arrived_us) / 86400000000.0 as age_days,
    coalesce(c.emails_30, 0) as emails_30,
    coalesce(c.emails_90, 0) as emails_90,
    coalesce(c.calls_30, 0) as calls_30,
    coalesce(c.calls_90, 0) as calls_90,
    coalesce(c.meetings_30, 0) as meetings_30,
    coalesce(c.meetings_90, 0) as meetings_90,
    coalesce(c.inbound_30, 0) as inbound_30,
    coalesce(c.inbound_90, 0) as inbound_90,
    coalesce(c.outbound_30, 0) as outbound_30,
    coalesce(c.outbound_90, 0) as outbound_90,
    (k.at_us - c.last_touch_us) / 86400000000.0 as days_since_touch,
    (k.at_us - c.last_inbound_us) / 86400000000.0 as days_since_inbound,
    case
        when c.first_outbound_us is not null then greatest(c.first_outbound_us - k.arrived_us, 0) / 3600000000.0
    end as response_hours
from known k
left join counted c on c.lead_id = k.lead_id
order by k.lead_id
