-- Deals have items as orders do, and orders move stock: once, whatever happens to them, and never below
-- nothing unless the product may be sold before it is there.

alter table products
  add column stock_policy text not null default 'untracked'
    constraint products_stock_policy_known check (stock_policy in ('untracked', 'tracked', 'backorder')),
  drop constraint products_stock_quantity_range,
  add constraint products_stock_quantity_range
    check (stock_quantity between -1000000000 and 1000000000),
  -- Below nothing only with the promise to deliver later.
  add constraint products_stock_quantity_available
    check (stock_policy = 'backorder' or stock_quantity >= 0);

alter table orders
  drop constraint orders_status_known,
  add constraint orders_status_known
    check (status in ('draft', 'placed', 'shipped', 'completed', 'cancelled', 'returned'));

-- What the item has taken out of stock until now: only the difference ever moves.
alter table order_items
  add column stock_taken bigint not null default 0
    constraint order_items_stock_taken_range check (stock_taken between 0 and 1000000);

create table deal_items (
  id uuid constraint deal_items_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint deal_items_version_positive check (version > 0),
  -- Items are parts of their deal.
  deal_id uuid not null constraint deal_items_deal_id_fkey references deals (id) on delete cascade,
  -- What was offered must stay nameable.
  product_id uuid constraint deal_items_product_id_fkey references products (id) on delete restrict,
  description text,
  quantity bigint not null default 1
    constraint deal_items_quantity_range check (quantity between 1 and 1000000),
  unit_price numeric(18,2) not null
    constraint deal_items_unit_price_not_negative check (unit_price >= 0),
  discount numeric(5,2) constraint deal_items_discount_percent check (discount between 0 and 100),
  amount numeric(18,2) constraint deal_items_amount_not_negative check (amount >= 0),
  owner_id uuid constraint deal_items_owner_id_fkey references users (id) on delete restrict
);

create index deal_items_deal_id_idx on deal_items (deal_id);
create index deal_items_product_id_idx on deal_items (product_id) where product_id is not null;
create index deal_items_owner_id_idx on deal_items (owner_id);
create index deal_items_created_idx on deal_items (created_at, id);
create index deal_items_changed_idx on deal_items (updated_at, id);

-- Rounded half to even, as the program does: of 0.125 and 0.135 one goes down and one up, so that many
-- small amounts do not drift.
create or replace function order_item_amount(quantity bigint, unit_price numeric, discount numeric)
returns numeric
language sql
immutable
as $$
  select case
    when cents - floor(cents) = 0.5 then (floor(cents) + abs(mod(floor(cents), 2))) / 100
    else round(cents) / 100
  end::numeric(38, 2)
  from (select quantity * unit_price * (100 - coalesce(discount, 0))) as exact (cents)
$$;
