-- Requests that a program may repeat without their being done twice: the answer to a POST with an
-- `Idempotency-Key` is kept for a day and given again. Not captured: answers hold whole records.

create table idempotency_keys (
  -- Whoever asked; the system itself is the nil id, so no foreign key.
  user_id uuid not null,
  key text not null constraint idempotency_keys_key_length check (char_length(key) between 1 and 255),
  -- SHA-256 of method, address and body: another request under the same key is a mistake.
  request_hash bytea not null constraint idempotency_keys_request_hash_length check (octet_length(request_hash) = 32),
  started_at timestamptz not null,
  -- Empty while the request runs.
  finished_at timestamptz,
  status integer,
  -- Those that a repeated answer carries again.
  headers jsonb,
  body bytea,
  constraint idempotency_keys_pkey primary key (user_id, key),
  constraint idempotency_keys_finished_with_status check ((finished_at is null) = (status is null))
);

create index idempotency_keys_started_at_idx on idempotency_keys (started_at);
