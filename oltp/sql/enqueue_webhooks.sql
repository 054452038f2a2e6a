-- Queues the message $1 (event $2, object $3, record $4, announcement $5) at $6 for every webhook that
-- listens to it.
insert into webhook_deliveries (id, webhook_id, message_id, event, object, record_id, announced, created_at, next_at)
select gen_random_uuid(), w.id, $1, $2, $3, $4, $5, $6, $6
from webhooks w
where w.active
  and w.events && array['*', $3 || '.*', $2]
on conflict on constraint webhook_deliveries_message_once do nothing
