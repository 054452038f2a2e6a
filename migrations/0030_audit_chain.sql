-- A chain over the audit log, so that a later change of it can be found: a sealing task gives each
-- entry a place, its hash, and a hash over that and the chain before it. Writers do not wait for
-- each other: an entry is sealed after its commit, in an order that the sealer decides.

-- The transaction that wrote an entry tells when no older one can still appear.
alter table audit_log add column tx xid8 not null default pg_current_xact_id();
create index audit_log_tx_idx on audit_log (tx, id);

create table audit_chain (
  position bigint constraint audit_chain_pkey primary key
    constraint audit_chain_position_positive check (position > 0),
  entry_id bigint not null constraint audit_chain_entry_id_unique unique,
  -- SHA-256 of the entry as `audit_entry_hash` prints it.
  entry_hash bytea not null constraint audit_chain_entry_hash_length check (octet_length(entry_hash) = 32),
  -- SHA-256 of the chain hash before it and the entry's own hash.
  chain_hash bytea not null constraint audit_chain_chain_hash_length check (octet_length(chain_hash) = 32),
  sealed_at timestamptz not null
);

-- One row: every transaction below this one is sealed.
create table audit_seal (
  only_row boolean not null default true
    constraint audit_seal_pkey primary key
    constraint audit_seal_only_row check (only_row),
  sealed_below xid8 not null
);

insert into audit_seal (sealed_below) values ('0');

-- The hash of an entry: of a JSON array of all it says, as Postgres prints it.
create function audit_entry_hash(entry audit_log) returns bytea
language sql
stable
parallel safe
return sha256(convert_to(
  jsonb_build_array(
    entry.id,
    to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.actor_id,
    entry.actor_name,
    entry.action,
    entry.object,
    entry.record_id,
    entry.version,
    entry.changes,
    entry.source,
    entry.request_id
  )::text,
  'UTF8'
));
