-- Leads are people who might buy; deals are money we may win.

create table leads (
  id uuid constraint leads_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint leads_version_positive check (version > 0),
  name text not null,
  email text,
  phone text,
  company_name text,
  job_title text,
  industry text,
  source text,
  status text not null default 'new'
    constraint leads_status_known check (status in ('new', 'contacted', 'qualified', 'converted', 'lost')),
  priority text not null default 'medium'
    constraint leads_priority_known check (priority in ('low', 'medium', 'high')),
  estimated_value numeric(18,2)
    constraint leads_estimated_value_not_negative check (estimated_value >= 0),
  currency text not null default 'USD',
  score bigint constraint leads_score_range check (score between 0 and 100),
  lost_reason text,
  converted_at timestamptz,
  -- A lead stays as evidence of where business came from, whatever happens to what it became.
  contact_id uuid constraint leads_contact_id_fkey references contacts (id) on delete set null,
  company_id uuid constraint leads_company_id_fkey references companies (id) on delete set null,
  attributes jsonb,
  description text,
  external_id text,
  street text,
  city text,
  region text,
  postal_code text,
  country text,
  owner_id uuid constraint leads_owner_id_fkey references users (id) on delete restrict
);

create table deals (
  id uuid constraint deals_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint deals_version_positive check (version > 0),
  name text not null,
  description text,
  amount numeric(18,2) constraint deals_amount_not_negative check (amount >= 0),
  currency text not null default 'USD',
  -- The way deals went must stay readable, so neither pipeline nor stage vanishes under a deal.
  pipeline_id uuid constraint deals_pipeline_id_fkey references pipelines (id) on delete restrict,
  stage_id uuid constraint deals_stage_id_fkey references stages (id) on delete restrict,
  status text not null default 'open'
    constraint deals_status_known check (status in ('open', 'won', 'lost')),
  stage_entered_at timestamptz,
  probability numeric(5,2) constraint deals_probability_percent check (probability between 0 and 100),
  engaged_on date,
  expected_close_on date,
  closed_on date,
  lost_reason text,
  -- Revenue stays countable when the customer is forgotten.
  company_id uuid constraint deals_company_id_fkey references companies (id) on delete set null,
  contact_id uuid constraint deals_contact_id_fkey references contacts (id) on delete set null,
  lead_id uuid constraint deals_lead_id_fkey references leads (id) on delete set null,
  product_id uuid constraint deals_product_id_fkey references products (id) on delete set null,
  external_id text,
  owner_id uuid constraint deals_owner_id_fkey references users (id) on delete restrict
);

create unique index leads_external_id_unique on leads (external_id)
  where deleted_at is null and external_id is not null;
create index leads_owner_id_idx on leads (owner_id);
create index leads_status_idx on leads (status);
create index leads_source_idx on leads (source);
create index leads_contact_id_idx on leads (contact_id) where contact_id is not null;
create index leads_company_id_idx on leads (company_id) where company_id is not null;
create index leads_email_idx on leads (lower(email)) where email is not null;
create index leads_created_idx on leads (created_at, id);
create index leads_changed_idx on leads (updated_at, id);

create unique index deals_external_id_unique on deals (external_id)
  where deleted_at is null and external_id is not null;
create index deals_owner_id_idx on deals (owner_id);
create index deals_status_idx on deals (status);
create index deals_stage_id_idx on deals (stage_id);
create index deals_pipeline_id_idx on deals (pipeline_id);
create index deals_company_id_idx on deals (company_id) where company_id is not null;
create index deals_contact_id_idx on deals (contact_id) where contact_id is not null;
create index deals_lead_id_idx on deals (lead_id) where lead_id is not null;
create index deals_product_id_idx on deals (product_id) where product_id is not null;
create index deals_expected_close_on_idx on deals (expected_close_on) where status = 'open';
create index deals_created_idx on deals (created_at, id);
create index deals_changed_idx on deals (updated_at, id);
