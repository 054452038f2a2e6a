-- Webhooks, oldest first, or the webhook $1; one row per webhook, without secrets.
select
  w.id,
  w.created_at,
  w.updated_at,
  w.name,
  w.url,
  w.events,
  w.owner_id,
  u.username as owner_name,
  w.active,
  w.failing_since,
  w.disabled_reason,
  (select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.status = 'pending') as waiting
from webhooks w
join users u on u.id = w.owner_id
where $1::uuid is null or w.id = $1
order by w.created_at, w.id
