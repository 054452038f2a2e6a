-- Takes the delivery that has been due longest at $1 and reserves it until $2; one row, or none. Its
-- sender may die: then it is due again.
update webhook_deliveries d
set attempts = d.attempts + 1, next_at = $2
from webhooks w
where w.id = d.webhook_id
  and d.id = (
    select c.id
    from webhook_deliveries c
    join webhooks a on a.id = c.webhook_id and a.active
    where c.status = 'pending' and c.next_at <= $1
    order by c.next_at, c.id
    limit 1
    for update of c skip locked
  )
returning
  d.id,
  d.webhook_id,
  d.event,
  d.object,
  d.record_id,
  d.announced,
  d.created_at,
  d.attempts,
  w.url,
  w.owner_id,
  w.secret,
  case when w.old_secret_until > $1 then w.old_secret end as old_secret
