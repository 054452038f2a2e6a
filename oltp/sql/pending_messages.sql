-- The outbox messages that were not told yet, in order, at most $1; one row per message.
select
  o.id
, o.at
, o.topic
, o.object
, o.record_id
, o.payload
, o.attempts
from outbox o
where o.delivered_at is null
order by o.id
limit $1
for update
