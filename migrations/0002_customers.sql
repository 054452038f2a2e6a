-- Companies and contacts: who we sell to. A customer is either of them with that lifecycle.

create table companies (
  id uuid constraint companies_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint companies_version_positive check (version > 0),
  name text not null,
  industry text,
  size text
    constraint companies_size_known
    check (size in ('1-10', '11-50', '51-200', '201-1000', '1001-5000', '5001+')),
  employee_count bigint
    constraint companies_employee_count_range check (employee_count between 0 and 10000000),
  annual_revenue numeric(18,2)
    constraint companies_annual_revenue_not_negative check (annual_revenue >= 0),
  currency text not null default 'USD',
  founded_year bigint
    constraint companies_founded_year_range check (founded_year between 1000 and 2200),
  lifecycle text not null default 'prospect'
    constraint companies_lifecycle_known
    check (lifecycle in ('prospect', 'customer', 'former_customer', 'partner')),
  website text,
  email text,
  phone text,
  -- A subsidiary outlives its parent.
  parent_id uuid constraint companies_parent_id_fkey references companies (id) on delete set null,
  description text,
  external_id text,
  street text,
  city text,
  region text,
  postal_code text,
  country text,
  -- Owned records must be handed over before their owner can be removed for good.
  owner_id uuid constraint companies_owner_id_fkey references users (id) on delete restrict,
  constraint companies_parent_id_not_itself check (parent_id <> id)
);

create table contacts (
  id uuid constraint contacts_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint contacts_version_positive check (version > 0),
  name text not null,
  email text,
  phone text,
  job_title text,
  -- A person outlives the company they work for.
  company_id uuid constraint contacts_company_id_fkey references companies (id) on delete set null,
  primary_contact boolean not null default false,
  lifecycle text not null default 'prospect'
    constraint contacts_lifecycle_known
    check (lifecycle in ('prospect', 'customer', 'former_customer', 'partner')),
  preferences jsonb,
  social_media jsonb,
  tags jsonb,
  description text,
  external_id text,
  street text,
  city text,
  region text,
  postal_code text,
  country text,
  owner_id uuid constraint contacts_owner_id_fkey references users (id) on delete restrict
);

create unique index companies_external_id_unique on companies (external_id)
  where deleted_at is null and external_id is not null;
create index companies_owner_id_idx on companies (owner_id);
create index companies_parent_id_idx on companies (parent_id) where parent_id is not null;
create index companies_name_idx on companies (lower(name));
create index companies_lifecycle_idx on companies (lifecycle);
create index companies_created_idx on companies (created_at, id);
create index companies_changed_idx on companies (updated_at, id);

create unique index contacts_external_id_unique on contacts (external_id)
  where deleted_at is null and external_id is not null;
create index contacts_owner_id_idx on contacts (owner_id);
create index contacts_company_id_idx on contacts (company_id) where company_id is not null;
create index contacts_name_idx on contacts (lower(name));
create index contacts_email_idx on contacts (lower(email)) where email is not null;
create index contacts_lifecycle_idx on contacts (lifecycle);
create index contacts_created_idx on contacts (created_at, id);
create index contacts_changed_idx on contacts (updated_at, id);

-- One row per customer, whether an organisation or a person; owner_id is there for the row policy.
create view customers as
select
  id,
  'company'::text as kind,
  name,
  email,
  phone,
  nullif(concat_ws(', ', street, postal_code, city, region, country), '') as address,
  created_at,
  updated_at,
  owner_id
from companies
where lifecycle = 'customer' and deleted_at is null
union all
select
  id,
  'contact'::text,
  name,
  email,
  phone,
  nullif(concat_ws(', ', street, postal_code, city, region, country), ''),
  created_at,
  updated_at,
  owner_id
from contacts
where lifecycle = 'customer' and deleted_at is null;
