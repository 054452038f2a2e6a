-- Requests of people to be forgotten, and how the audit log stays verifiable after them. An erasure
-- is asked for, confirmed and done by a job; what it did is its proof, which names places, numbers
-- and hashes, and nothing of the person but the id of the record that was erased.

create table erasures (
  id uuid constraint erasures_pkey primary key,
  created_at timestamptz not null,
  object text not null,
  record_id uuid not null,
  -- Whether other records with the same address or number are the same person.
  include_matches boolean not null,
  reason text constraint erasures_reason_length check (char_length(reason) <= 500),
  -- No foreign keys: the proof outlives the people who were involved.
  requested_by uuid,
  requested_by_name text not null,
  confirmed_by uuid,
  confirmed_by_name text,
  confirmed_at timestamptz,
  state text not null default 'asked'
    constraint erasures_state_known check (state in ('asked', 'confirmed', 'done', 'incomplete')),
  job_id uuid,
  -- What there was, by place, when it was asked for.
  preview jsonb not null,
  -- What the job has to know of the person; emptied when the erasure is done.
  subject jsonb,
  -- What was removed, by place, as far as the job is.
  places jsonb not null default '[]',
  -- What was found afterwards, by place; the erasure is incomplete while there is something.
  remains jsonb not null default '[]',
  finished_at timestamptz,
  proof jsonb,
  constraint erasures_done_without_subject check (state <> 'done' or subject is null),
  constraint erasures_done_with_proof check (state <> 'done' or proof is not null)
);

create index erasures_record_idx on erasures (object, record_id);

-- Entries of the audit log that an erasure emptied: their hashes before and after. The entry that
-- tells of a batch holds the digest of these rows and is sealed itself.
create table audit_erasures (
  id bigint generated always as identity constraint audit_erasures_pkey primary key,
  batch uuid not null,
  entry_id bigint not null,
  hash_before bytea not null constraint audit_erasures_hash_before_length check (octet_length(hash_before) = 32),
  hash_after bytea not null constraint audit_erasures_hash_after_length check (octet_length(hash_after) = 32),
  constraint audit_erasures_once unique (batch, entry_id)
);

create index audit_erasures_entry_id_idx on audit_erasures (entry_id, id);

create function audit_erasure_digest(of_batch uuid) returns text
language sql
stable
parallel safe
return (
  select encode(
    sha256(convert_to(
      coalesce(string_agg(
        entry_id::text || ':' || encode(hash_before, 'hex') || ':' || encode(hash_after, 'hex'),
        ' ' order by entry_id
      ), ''),
      'UTF8'
    )),
    'hex'
  )
  from audit_erasures
  where batch = of_batch
);
