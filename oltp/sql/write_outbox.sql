-- Writes outbox messages: $1 their payloads, $2 their topic, $3 their object, $4 the moment. Answers the
-- transaction, so that its notices are told once it is committed.
with written as (
  insert into outbox (at, topic, object, record_id, payload)
  select $4, $2, $3, (e.payload ->> 'record_id')::uuid, e.payload
  from jsonb_array_elements($1) as e (payload)
)
select pg_current_xact_id()::text
