-- What happens by itself when records change: the rules, and what each of them did. Runs are a queue and
-- are not captured.

create table workflow_rules (
  id uuid constraint workflow_rules_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint workflow_rules_version_positive check (version > 0),
  name text not null,
  position bigint not null default 100
    constraint workflow_rules_position_range check (position between 1 and 1000),
  object text not null,
  event text not null default 'saved'
    constraint workflow_rules_event_known check (event in ('created', 'updated', 'saved')),
  watched_fields jsonb,
  conditions jsonb,
  actions jsonb not null,
  active boolean not null default true,
  -- With whose rights it acts; empty for the program itself.
  author_id uuid constraint workflow_rules_author_id_fkey references users (id) on delete restrict
);

create index workflow_rules_author_id_idx on workflow_rules (author_id);
create index workflow_rules_created_idx on workflow_rules (created_at, id);
create index workflow_rules_changed_idx on workflow_rules (updated_at, id);
create index workflow_rules_object_idx on workflow_rules (object) where active and deleted_at is null;

create table workflow_runs (
  id uuid constraint workflow_runs_pkey primary key,
  rule_id uuid not null
    constraint workflow_runs_rule_id_fkey references workflow_rules (id) on delete cascade,
  -- The message of the outbox that tells of the change.
  message_id bigint not null,
  object text not null,
  record_id uuid not null,
  -- The rules that led to the change, oldest first: none of them acts on it again.
  chain uuid[] not null,
  -- Place among the rules that the change starts.
  position bigint not null,
  created_at timestamptz not null,
  status text not null default 'waiting'
    constraint workflow_runs_status_known check (status in ('waiting', 'done', 'failed')),
  attempts bigint not null default 0,
  next_at timestamptz not null,
  -- What was done, or why nothing was.
  outcome text,
  error text,
  finished_at timestamptz,
  -- A change starts a rule once, however often the relay repeats it.
  constraint workflow_runs_message_once unique (rule_id, message_id)
);

create index workflow_runs_due_idx on workflow_runs (message_id, position) where status = 'waiting';
create index workflow_runs_log_idx on workflow_runs (rule_id, created_at, id);
create index workflow_runs_ended_idx on workflow_runs (created_at) where status <> 'waiting';

-- A rule can tell people something.
alter table notifications drop constraint notifications_kind_known;
alter table notifications
  add constraint notifications_kind_known
  check (kind in (
    'assignment', 'new_lead', 'deal_stage', 'reminder', 'appointment', 'mention', 'followed', 'workflow_rule'
  ));
