-- Daily work: what happened, what is still to do, what somebody wants to remember, what reps think.

create table activities (
  id uuid constraint activities_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint activities_version_positive check (version > 0),
  kind text not null
    constraint activities_kind_known check (kind in ('email', 'call', 'meeting', 'sms', 'demo', 'note')),
  direction text
    constraint activities_direction_known check (direction in ('inbound', 'outbound')),
  subject text,
  body text,
  outcome text,
  occurred_at timestamptz not null,
  duration_minutes bigint
    constraint activities_duration_minutes_range check (duration_minutes between 0 and 100000),
  -- What happened stays countable for the people who did it when the customer is forgotten.
  lead_id uuid constraint activities_lead_id_fkey references leads (id) on delete set null,
  contact_id uuid constraint activities_contact_id_fkey references contacts (id) on delete set null,
  company_id uuid constraint activities_company_id_fkey references companies (id) on delete set null,
  deal_id uuid constraint activities_deal_id_fkey references deals (id) on delete set null,
  external_id text,
  owner_id uuid constraint activities_owner_id_fkey references users (id) on delete restrict
);

create table tasks (
  id uuid constraint tasks_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint tasks_version_positive check (version > 0),
  name text not null,
  description text,
  kind text not null default 'follow_up'
    constraint tasks_kind_known check (kind in ('call', 'email', 'meeting', 'demo', 'follow_up')),
  status text not null default 'open'
    constraint tasks_status_known check (status in ('open', 'in_progress', 'done', 'cancelled')),
  priority text not null default 'medium'
    constraint tasks_priority_known check (priority in ('low', 'medium', 'high')),
  due_at timestamptz,
  completed_at timestamptz,
  lead_id uuid constraint tasks_lead_id_fkey references leads (id) on delete set null,
  contact_id uuid constraint tasks_contact_id_fkey references contacts (id) on delete set null,
  company_id uuid constraint tasks_company_id_fkey references companies (id) on delete set null,
  deal_id uuid constraint tasks_deal_id_fkey references deals (id) on delete set null,
  external_id text,
  owner_id uuid constraint tasks_owner_id_fkey references users (id) on delete restrict
);

create table notes (
  id uuid constraint notes_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint notes_version_positive check (version > 0),
  body text not null,
  lead_id uuid constraint notes_lead_id_fkey references leads (id) on delete set null,
  contact_id uuid constraint notes_contact_id_fkey references contacts (id) on delete set null,
  company_id uuid constraint notes_company_id_fkey references companies (id) on delete set null,
  deal_id uuid constraint notes_deal_id_fkey references deals (id) on delete set null,
  external_id text,
  owner_id uuid constraint notes_owner_id_fkey references users (id) on delete restrict
);

create table lead_feedback (
  id uuid constraint lead_feedback_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint lead_feedback_version_positive check (version > 0),
  -- An opinion about a lead means nothing without the lead.
  lead_id uuid not null constraint lead_feedback_lead_id_fkey references leads (id) on delete cascade,
  rating bigint not null constraint lead_feedback_rating_range check (rating between 1 and 5),
  reasons jsonb,
  comment text,
  owner_id uuid constraint lead_feedback_owner_id_fkey references users (id) on delete restrict
);

create unique index activities_external_id_unique on activities (external_id)
  where deleted_at is null and external_id is not null;
create index activities_owner_id_idx on activities (owner_id);
create index activities_kind_idx on activities (kind);
create index activities_occurred_at_idx on activities (occurred_at);
create index activities_lead_id_idx on activities (lead_id) where lead_id is not null;
create index activities_contact_id_idx on activities (contact_id) where contact_id is not null;
create index activities_company_id_idx on activities (company_id) where company_id is not null;
create index activities_deal_id_idx on activities (deal_id) where deal_id is not null;
create index activities_created_idx on activities (created_at, id);
create index activities_changed_idx on activities (updated_at, id);

create unique index tasks_external_id_unique on tasks (external_id)
  where deleted_at is null and external_id is not null;
create index tasks_owner_id_idx on tasks (owner_id);
create index tasks_status_idx on tasks (status);
create index tasks_due_at_idx on tasks (due_at) where status in ('open', 'in_progress');
create index tasks_lead_id_idx on tasks (lead_id) where lead_id is not null;
create index tasks_contact_id_idx on tasks (contact_id) where contact_id is not null;
create index tasks_company_id_idx on tasks (company_id) where company_id is not null;
create index tasks_deal_id_idx on tasks (deal_id) where deal_id is not null;
create index tasks_created_idx on tasks (created_at, id);
create index tasks_changed_idx on tasks (updated_at, id);

create unique index notes_external_id_unique on notes (external_id)
  where deleted_at is null and external_id is not null;
create index notes_owner_id_idx on notes (owner_id);
create index notes_lead_id_idx on notes (lead_id) where lead_id is not null;
create index notes_contact_id_idx on notes (contact_id) where contact_id is not null;
create index notes_company_id_idx on notes (company_id) where company_id is not null;
create index notes_deal_id_idx on notes (deal_id) where deal_id is not null;
create index notes_created_idx on notes (created_at, id);
create index notes_changed_idx on notes (updated_at, id);

create index lead_feedback_owner_id_idx on lead_feedback (owner_id);
create index lead_feedback_lead_id_idx on lead_feedback (lead_id);
create index lead_feedback_created_idx on lead_feedback (created_at, id);
create index lead_feedback_changed_idx on lead_feedback (updated_at, id);
