-- Calls to other systems when records change. A webhook belongs to a person and tells no more than
-- that person may see at the moment of the call. Not captured: secrets, and a queue.

create table webhooks (
  id uuid constraint webhooks_pkey primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  name text not null constraint webhooks_name_length check (char_length(name) between 1 and 200),
  url text not null constraint webhooks_url_length check (char_length(url) <= 2000),
  -- Such as {deal.created,lead.*}; {*} for everything.
  events text[] not null constraint webhooks_events_some check (cardinality(events) between 1 and 50),
  -- Whose rights decide about the payload; without them there is nothing to tell.
  owner_id uuid not null constraint webhooks_owner_id_fkey references users (id) on delete cascade,
  active boolean not null default true,
  -- Signs each call (HMAC-SHA256); the one before it signs too until a while after a change.
  secret bytea not null,
  old_secret bytea,
  old_secret_until timestamptz,
  -- Since when every call fails; empty after one that did not.
  failing_since timestamptz,
  -- Why it was switched off by the program.
  disabled_reason text
);

create index webhooks_owner_id_idx on webhooks (owner_id);

create table webhook_deliveries (
  id uuid constraint webhook_deliveries_pkey primary key,
  webhook_id uuid not null
    constraint webhook_deliveries_webhook_id_fkey references webhooks (id) on delete cascade,
  -- The message of the outbox; empty for a test call.
  message_id bigint,
  event text not null,
  object text,
  record_id uuid,
  -- What the message said: the version, the names of the fields that changed.
  announced jsonb not null,
  created_at timestamptz not null,
  status text not null default 'pending'
    constraint webhook_deliveries_status_known
    check (status in ('pending', 'delivered', 'failed', 'refused')),
  attempts bigint not null default 0,
  next_at timestamptz not null,
  -- Of the last attempt: the status that was answered, or why there was none; how long it took.
  answered integer,
  error text,
  took_ms bigint,
  finished_at timestamptz,
  -- A message is told once to each webhook, however often the relay repeats it.
  constraint webhook_deliveries_message_once unique (webhook_id, message_id)
);

create index webhook_deliveries_due_idx on webhook_deliveries (next_at) where status = 'pending';
create index webhook_deliveries_created_at_idx on webhook_deliveries (created_at);
create index webhook_deliveries_log_idx on webhook_deliveries (webhook_id, created_at, id);
