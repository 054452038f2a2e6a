-- Work that takes longer than a request: what was asked for, how far it is and what came of it. A
-- restart continues it from here, and its author can watch it, stop it and take it back. The
-- warehouse does not read it: it is a queue.

create table jobs (
  id uuid constraint jobs_pkey primary key,
  kind text not null,
  -- What its author reads, such as `Change leads`.
  title text not null,
  -- Plural name of the object it is about.
  object text,
  -- Null when the system itself asked.
  requested_by uuid constraint jobs_requested_by_fkey references users (id) on delete cascade,
  parameters jsonb not null,
  state text not null default 'queued'
    constraint jobs_state_known check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  done bigint not null default 0,
  total bigint,
  -- How many of the done could not be done, or not wholly.
  problems bigint not null default 0,
  -- Why it failed.
  message text,
  result jsonb,
  -- The job that this one takes back.
  undoes uuid constraint jobs_undoes_fkey references jobs (id) on delete cascade,
  undo_until timestamptz,
  cancel_requested boolean not null default false,
  -- Whoever runs it must hold the latest attempt, so two runners never both count.
  attempt bigint not null default 0,
  heartbeat_at timestamptz,
  -- The digest of the one address under which its file can be fetched once, and until when.
  link_digest bytea,
  link_until timestamptz,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);

-- The records of a job, chosen when it was asked for; those up to `jobs.done` have been dealt with.
create table job_records (
  job_id uuid not null constraint job_records_job_id_fkey references jobs (id) on delete cascade,
  position bigint not null,
  object text not null,
  record_id uuid not null,
  constraint job_records_pkey primary key (job_id, position)
);

-- What could not be done, and why.
create table job_problems (
  job_id uuid not null constraint job_problems_job_id_fkey references jobs (id) on delete cascade,
  position bigint not null,
  object text,
  record_id uuid,
  code text not null,
  message text not null,
  constraint job_problems_pkey primary key (job_id, position)
);

-- Files that were uploaded to be imported; their contents lie with the files of jobs.
create table import_files (
  id uuid constraint import_files_pkey primary key,
  -- Null when the system itself uploaded it.
  owner_id uuid constraint import_files_owner_id_fkey references users (id) on delete cascade,
  name text not null,
  size_bytes bigint not null,
  created_at timestamptz not null
);

create index import_files_owner_id_idx on import_files (owner_id);
create index jobs_requested_by_idx on jobs (requested_by, id);
create index jobs_undoes_idx on jobs (undoes);
create unique index jobs_link_digest_unique on jobs (link_digest);
create index jobs_waiting_idx on jobs (created_at) where state in ('queued', 'running');
create index jobs_finished_idx on jobs (finished_at) where finished_at is not null;
