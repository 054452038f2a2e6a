-- What we sell, and the stages a deal passes through.

create table products (
  id uuid constraint products_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint products_version_positive check (version > 0),
  name text not null,
  sku text,
  series text,
  description text,
  price numeric(18,2) constraint products_price_not_negative check (price >= 0),
  currency text not null default 'USD',
  stock_quantity bigint not null default 0
    constraint products_stock_quantity_range check (stock_quantity between 0 and 1000000000),
  active boolean not null default true,
  external_id text
);

create table pipelines (
  id uuid constraint pipelines_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint pipelines_version_positive check (version > 0),
  name text not null,
  description text,
  is_default boolean not null default false,
  external_id text
);

create table stages (
  id uuid constraint stages_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint stages_version_positive check (version > 0),
  name text not null,
  -- Stages are parts of their pipeline.
  pipeline_id uuid not null constraint stages_pipeline_id_fkey references pipelines (id) on delete cascade,
  position bigint not null constraint stages_position_range check (position between 1 and 1000),
  category text not null default 'open'
    constraint stages_category_known check (category in ('open', 'won', 'lost')),
  probability numeric(5,2) constraint stages_probability_percent check (probability between 0 and 100),
  external_id text
);

create unique index products_external_id_unique on products (external_id)
  where deleted_at is null and external_id is not null;
create index products_name_idx on products (lower(name));
create index products_sku_idx on products (sku) where sku is not null;
create index products_created_idx on products (created_at, id);
create index products_changed_idx on products (updated_at, id);

create unique index pipelines_name_unique on pipelines (name) where deleted_at is null;
create unique index pipelines_external_id_unique on pipelines (external_id) where deleted_at is null;
create index pipelines_changed_idx on pipelines (updated_at, id);

create unique index stages_external_id_unique on stages (external_id) where deleted_at is null;
create index stages_pipeline_id_idx on stages (pipeline_id, position);
create index stages_changed_idx on stages (updated_at, id);
