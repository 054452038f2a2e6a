-- New leads find an owner by rules, in turn or by load; stages say how long a deal may stay in them; people
-- have goals to reach.

create table assignment_rules (
  id uuid constraint assignment_rules_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint assignment_rules_version_positive check (version > 0),
  name text not null,
  position bigint not null constraint assignment_rules_position_range check (position between 1 and 1000),
  conditions jsonb,
  strategy text not null default 'round_robin'
    constraint assignment_rules_strategy_known check (strategy in ('round_robin', 'least_load')),
  members jsonb not null,
  active boolean not null default true
);

create index assignment_rules_created_idx on assignment_rules (created_at, id);
create index assignment_rules_changed_idx on assignment_rules (updated_at, id);

-- How many leads each rule has given out: whose turn it is. Apart from the rule, so that giving out a lead
-- makes no version of it.
create table assignment_turns (
  rule_id uuid constraint assignment_turns_pkey primary key
    constraint assignment_turns_rule_id_fkey references assignment_rules (id) on delete cascade,
  given bigint not null default 0
);

alter table stages
  add column day_limit bigint constraint stages_day_limit_range check (day_limit between 1 and 3650);

create table goals (
  id uuid constraint goals_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint goals_version_positive check (version > 0),
  metric text not null
    constraint goals_metric_known check (metric in ('won_amount', 'won_deals', 'converted_leads', 'activities')),
  period text not null constraint goals_period_known check (period in ('month', 'quarter', 'year')),
  starts_on date not null,
  target numeric(18,2) not null constraint goals_target_not_negative check (target >= 0),
  owner_id uuid constraint goals_owner_id_fkey references users (id) on delete restrict
);

create index goals_owner_id_idx on goals (owner_id);
create index goals_created_idx on goals (created_at, id);
create index goals_changed_idx on goals (updated_at, id);
