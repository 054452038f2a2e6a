-- Which way leads go is the workspace's own decision: the statuses are rows that managers change, with
-- the statuses that may follow, the fields that must be filled in, and who must agree. What became of
-- a converted lead is kept, so that converting twice makes nothing twice and can be taken back.

create table lead_statuses (
  id uuid constraint lead_statuses_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint lead_statuses_version_positive check (version > 0),
  name text not null,
  position bigint not null constraint lead_statuses_position_range check (position between 1 and 1000),
  category text not null default 'open'
    constraint lead_statuses_category_known check (category in ('open', 'converted', 'lost')),
  next_statuses jsonb,
  required_fields jsonb,
  manager_only boolean not null default false,
  description text
);

create unique index lead_statuses_name_unique on lead_statuses (name) where deleted_at is null;
create index lead_statuses_created_idx on lead_statuses (created_at, id);
create index lead_statuses_changed_idx on lead_statuses (updated_at, id);

-- The words are checked against the rows above instead.
alter table leads drop constraint leads_status_known;

-- Effective long ago, as the default pipeline: imported history must find its statuses.
insert into lead_statuses
  (id, created_at, updated_at, name, position, category, next_statuses, required_fields)
select
  id,
  '2000-01-01T00:00:00Z',
  '2000-01-01T00:00:00Z',
  name,
  position,
  category,
  next_statuses,
  required_fields
from (
  values
    ('00000000-0000-7000-8000-000000000021'::uuid, 'new', 1, 'open',
     '["contacted", "qualified", "converted", "lost"]'::jsonb, null::jsonb),
    ('00000000-0000-7000-8000-000000000022', 'contacted', 2, 'open', '["qualified", "converted", "lost"]', null),
    ('00000000-0000-7000-8000-000000000023', 'qualified', 3, 'open', '["contacted", "converted", "lost"]', null),
    ('00000000-0000-7000-8000-000000000024', 'converted', 4, 'converted', '["qualified"]', null),
    ('00000000-0000-7000-8000-000000000025', 'lost', 5, 'lost', '["new", "contacted"]', '["lost_reason"]')
) as status (id, name, position, category, next_statuses, required_fields);

-- One row per conversion, also of those that were taken back. Not an object of the catalogue: what
-- it says about records is in the records.
create table lead_conversions (
  id uuid constraint lead_conversions_pkey primary key,
  lead_id uuid not null constraint lead_conversions_lead_id_fkey references leads (id) on delete cascade,
  converted_at timestamptz not null,
  -- No foreign key: the row outlives the person.
  converted_by uuid,
  -- Status, contact and company of the lead before.
  before jsonb not null,
  contact_id uuid,
  company_id uuid,
  deal_id uuid,
  -- Names of the objects whose record was made by the conversion: contact, company, deal.
  made text[] not null,
  undone_at timestamptz
);

-- A lead is converted once at a time.
create unique index lead_conversions_current_unique on lead_conversions (lead_id) where undone_at is null;
create index lead_conversions_lead_id_idx on lead_conversions (lead_id);
