-- Takes the key $2 of the person $1 for a request with the hash $3 at $4, or finds who has it; a key
-- taken before $5 is free again. One row: whether it was taken now, and what is known of the request
-- that has it.
with taken as (
  insert into idempotency_keys as k (user_id, key, request_hash, started_at)
  values ($1, $2, $3, $4)
  on conflict (user_id, key) do update
  set request_hash = excluded.request_hash, started_at = excluded.started_at, finished_at = null, status = null,
    headers = null, body = null
  where k.started_at < $5
  returning k.key
)
select
  exists (select 1 from taken) as taken,
  k.request_hash,
  k.status,
  k.headers,
  k.body
from (select 1) one
left join idempotency_keys k on k.user_id = $1 and k.key = $2
