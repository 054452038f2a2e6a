-- Every write of a record leaves an audit entry and an outbox message in the same transaction.

-- One row per change of a record, or per bulk load (record_id is null then).
create table audit_log (
  id bigint generated always as identity constraint audit_log_pkey primary key,
  at timestamptz not null,
  -- No foreign keys: the log outlives people and records.
  actor_id uuid,
  actor_name text not null,
  action text not null,
  object text not null,
  record_id uuid,
  version bigint,
  -- Each changed field with its old and new value.
  changes jsonb not null,
  -- Where the change came from when it was not a request: an import, the simulator.
  source text,
  request_id text
);

create index audit_log_record_idx on audit_log (object, record_id, id);
create index audit_log_actor_id_idx on audit_log (actor_id, id);
create index audit_log_at_idx on audit_log (at);

-- One row per message to the outside: mail, webhooks, notifications. Analysis never reads it; it
-- follows the write-ahead log.
create table outbox (
  id bigint generated always as identity constraint outbox_pkey primary key,
  at timestamptz not null default now(),
  topic text not null,
  object text,
  record_id uuid,
  payload jsonb not null,
  attempts bigint not null default 0,
  delivered_at timestamptz
);

create index outbox_pending_idx on outbox (id) where delivered_at is null;
