-- How leads are scored: every model that was trained, and what the current one says about a lead.

create table score_models (
  id uuid constraint score_models_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint score_models_version_positive check (version > 0),
  name text not null,
  algorithm text not null constraint score_models_algorithm_known check (algorithm in ('rules', 'logistic')),
  status text not null
    constraint score_models_status_known check (status in ('champion', 'challenger', 'retired')),
  trained_at timestamptz not null,
  leads bigint constraint score_models_leads_range check (leads between 0 and 1000000000),
  conversions bigint
    constraint score_models_conversions_range check (conversions between 0 and 1000000000),
  metrics jsonb,
  definition jsonb,
  lake_lsn text
);

create unique index score_models_name_unique on score_models (name) where deleted_at is null;
-- One model scores at a time.
create unique index score_models_champion_unique on score_models (status)
  where status = 'champion' and deleted_at is null;
create index score_models_created_idx on score_models (created_at, id);
create index score_models_changed_idx on score_models (updated_at, id);

alter table leads
  add column score_tier text
    constraint leads_score_tier_known check (score_tier in ('hot', 'warm', 'cool', 'cold')),
  add column score_reasons jsonb,
  add column scored_at timestamptz,
  add column score_model text;

create index leads_score_idx on leads (score) where deleted_at is null;
