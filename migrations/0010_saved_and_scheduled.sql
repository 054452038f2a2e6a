-- What people save, share and have sent: reports, dashboards, views, schedules, and what became of
-- each delivery.

create table saved_views (
  id uuid constraint saved_views_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint saved_views_version_positive check (version > 0),
  name text not null,
  object text not null,
  definition jsonb not null,
  audience text not null default 'owner'
    constraint saved_views_audience_known check (audience in ('owner', 'team', 'everyone')),
  -- What was shared with a team that is gone is its owner's alone again.
  team_id uuid constraint saved_views_team_id_fkey references teams (id) on delete set null,
  owner_id uuid constraint saved_views_owner_id_fkey references users (id) on delete restrict
);

create table saved_reports (
  id uuid constraint saved_reports_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint saved_reports_version_positive check (version > 0),
  name text not null,
  description text,
  definition jsonb not null,
  audience text not null default 'owner'
    constraint saved_reports_audience_known check (audience in ('owner', 'team', 'everyone')),
  -- What was shared with a team that is gone is its owner's alone again.
  team_id uuid constraint saved_reports_team_id_fkey references teams (id) on delete set null,
  owner_id uuid constraint saved_reports_owner_id_fkey references users (id) on delete restrict
);

create table dashboards (
  id uuid constraint dashboards_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint dashboards_version_positive check (version > 0),
  name text not null,
  description text,
  definition jsonb not null,
  audience text not null default 'owner'
    constraint dashboards_audience_known check (audience in ('owner', 'team', 'everyone')),
  -- What was shared with a team that is gone is its owner's alone again.
  team_id uuid constraint dashboards_team_id_fkey references teams (id) on delete set null,
  owner_id uuid constraint dashboards_owner_id_fkey references users (id) on delete restrict
);

create table schedules (
  id uuid constraint schedules_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint schedules_version_positive check (version > 0),
  name text not null,
  subject_kind text not null
    constraint schedules_subject_kind_known check (subject_kind in ('report', 'dashboard')),
  -- Name of a ready report or dashboard, or the id of a saved one as text.
  subject text not null,
  cadence text not null
    constraint schedules_cadence_known check (cadence in ('daily', 'weekly', 'monthly')),
  weekday bigint constraint schedules_weekday_range check (weekday between 1 and 7),
  day_of_month bigint constraint schedules_day_of_month_range check (day_of_month between 1 and 31),
  time_of_day text not null default '08:00'
    constraint schedules_time_of_day_shape check (time_of_day ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  time_zone text not null default 'UTC',
  formats jsonb not null default '["pdf"]',
  recipients jsonb not null,
  active boolean not null default true,
  next_run_at timestamptz,
  last_run_at timestamptz,
  audience text not null default 'owner'
    constraint schedules_audience_known check (audience in ('owner', 'team', 'everyone')),
  -- What was shared with a team that is gone is its owner's alone again.
  team_id uuid constraint schedules_team_id_fkey references teams (id) on delete set null,
  owner_id uuid constraint schedules_owner_id_fkey references users (id) on delete restrict
);

create table deliveries (
  id uuid constraint deliveries_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint deliveries_version_positive check (version > 0),
  schedule_id uuid not null
    constraint deliveries_schedule_id_fkey references schedules (id) on delete cascade,
  recipient_id uuid not null
    constraint deliveries_recipient_id_fkey references users (id) on delete cascade,
  due_at timestamptz not null,
  status text not null default 'pending'
    constraint deliveries_status_known check (status in ('pending', 'sending', 'sent', 'failed', 'refused')),
  attempts bigint not null default 0 constraint deliveries_attempts_range check (attempts between 0 and 1000),
  error text,
  sent_at timestamptz,
  message_id text,
  files jsonb,
  owner_id uuid constraint deliveries_owner_id_fkey references users (id) on delete restrict,
  -- A run of a schedule reaches each recipient once, however often it is planned.
  constraint deliveries_once unique (schedule_id, recipient_id, due_at)
);

create index saved_views_owner_id_idx on saved_views (owner_id);
create index saved_views_created_idx on saved_views (created_at, id);
create index saved_views_changed_idx on saved_views (updated_at, id);
create index saved_views_team_id_idx on saved_views (team_id) where team_id is not null;
create index saved_reports_owner_id_idx on saved_reports (owner_id);
create index saved_reports_created_idx on saved_reports (created_at, id);
create index saved_reports_changed_idx on saved_reports (updated_at, id);
create index saved_reports_team_id_idx on saved_reports (team_id) where team_id is not null;
create index dashboards_owner_id_idx on dashboards (owner_id);
create index dashboards_created_idx on dashboards (created_at, id);
create index dashboards_changed_idx on dashboards (updated_at, id);
create index dashboards_team_id_idx on dashboards (team_id) where team_id is not null;
create index schedules_owner_id_idx on schedules (owner_id);
create index schedules_created_idx on schedules (created_at, id);
create index schedules_changed_idx on schedules (updated_at, id);
create index schedules_team_id_idx on schedules (team_id) where team_id is not null;
create index deliveries_owner_id_idx on deliveries (owner_id);
create index deliveries_created_idx on deliveries (created_at, id);
create index deliveries_changed_idx on deliveries (updated_at, id);
create index schedules_due_idx on schedules (next_run_at) where active and deleted_at is null;
create index deliveries_waiting_idx on deliveries (due_at) where status in ('pending', 'sending');
create index deliveries_recipient_id_idx on deliveries (recipient_id);
