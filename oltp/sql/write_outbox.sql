-- Writes outbox messages: $1 their payloads, $2 their topic, $3 their object, $4 the moment.
-- Tells every server of the workspace ($5 the notices) when, and only when, the transaction commits.
with written as (
  insert into outbox (at, topic, object, record_id, payload)
  select $4, $2, $3, (e.payload ->> 'record_id')::uuid, e.payload
  from jsonb_array_elements($1) as e (payload)
)
select pg_notify('leadhouse_changes', n.notice)
from unnest($5::text[]) as n (notice)
