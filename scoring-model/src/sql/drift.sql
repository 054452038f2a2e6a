-- How much the words of the leads of the last 30 days differ from those of the year before; one row
-- per feature. Population stability index: sum over words of (new share - old share) * ln(new / old),
-- half a lead added to each word so that no share is zero.
with words as (
    select 'source' as feature, coalesce(source, '') as word, epoch_us(created_at) as arrived_us from leads
    union all
    select 'industry', coalesce(industry, ''), epoch_us(created_at) from leads
    union all
    select 'country', coalesce(country, ''), epoch_us(created_at) from leads
    union all
    select 'job_title', coalesce(job_title, ''), epoch_us(created_at) from leads
),
counted as (
    select
        feature,
        word,
        count(*) filter (where arrived_us > {now} - 2592000000000) as latest,
        count(*) filter (where arrived_us <= {now} - 2592000000000) as earlier
    from words
    where arrived_us > {now} - 34128000000000
    group by feature, word
),
shares as (
    select
        feature,
        latest,
        (latest + 0.5) / (sum(latest) over (partition by feature) + 0.5 * count(*) over (partition by feature)) as new_share,
        (earlier + 0.5) / (sum(earlier) over (partition by feature) + 0.5 * count(*) over (partition by feature)) as old_share
    from counted
)
select
    feature,
    cast(sum(latest) as bigint) as latest_leads,
    sum((new_share - old_share) * ln(new_share / old_share)) as stability_index
from shares
group by feature
order by feature
