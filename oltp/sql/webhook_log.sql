-- Deliveries of the webhook $1, newest first, below the moment $2 and id $3; at most $4 rows.
select
  d.id,
  d.event,
  d.object,
  d.record_id,
  d.created_at,
  d.status,
  d.attempts,
  case when d.status = 'pending' then d.next_at end as next_at,
  d.answered,
  d.error,
  d.took_ms,
  d.finished_at
from webhook_deliveries d
where d.webhook_id = $1
  and ($2::timestamptz is null or (d.created_at, d.id) < ($2, $3))
order by d.created_at desc, d.id desc
limit $4
