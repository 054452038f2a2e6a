-- Orders and their items: what was sold, item by item.

create table orders (
  id uuid constraint orders_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint orders_version_positive check (version > 0),
  number text not null,
  status text not null default 'placed'
    constraint orders_status_known check (status in ('draft', 'placed', 'shipped', 'completed', 'cancelled')),
  ordered_on date not null,
  total_amount numeric(18,2) constraint orders_total_amount_not_negative check (total_amount >= 0),
  currency text not null default 'USD',
  -- Orders are bookkeeping: they outlive what they point at.
  company_id uuid constraint orders_company_id_fkey references companies (id) on delete set null,
  contact_id uuid constraint orders_contact_id_fkey references contacts (id) on delete set null,
  deal_id uuid constraint orders_deal_id_fkey references deals (id) on delete set null,
  external_id text,
  owner_id uuid constraint orders_owner_id_fkey references users (id) on delete restrict
);

create table order_items (
  id uuid constraint order_items_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint order_items_version_positive check (version > 0),
  -- Items are parts of their order.
  order_id uuid not null constraint order_items_order_id_fkey references orders (id) on delete cascade,
  -- What was sold must stay nameable.
  product_id uuid constraint order_items_product_id_fkey references products (id) on delete restrict,
  description text,
  quantity bigint not null default 1
    constraint order_items_quantity_range check (quantity between 1 and 1000000),
  unit_price numeric(18,2) not null
    constraint order_items_unit_price_not_negative check (unit_price >= 0),
  discount numeric(5,2) constraint order_items_discount_percent check (discount between 0 and 100),
  amount numeric(18,2) constraint order_items_amount_not_negative check (amount >= 0),
  owner_id uuid constraint order_items_owner_id_fkey references users (id) on delete restrict
);

create unique index orders_number_unique on orders (number) where deleted_at is null;
create unique index orders_external_id_unique on orders (external_id)
  where deleted_at is null and external_id is not null;
create index orders_owner_id_idx on orders (owner_id);
create index orders_status_idx on orders (status);
create index orders_company_id_idx on orders (company_id) where company_id is not null;
create index orders_contact_id_idx on orders (contact_id) where contact_id is not null;
create index orders_deal_id_idx on orders (deal_id) where deal_id is not null;
create index orders_ordered_on_idx on orders (ordered_on);
create index orders_created_idx on orders (created_at, id);
create index orders_changed_idx on orders (updated_at, id);

create index order_items_order_id_idx on order_items (order_id);
create index order_items_product_id_idx on order_items (product_id) where product_id is not null;
create index order_items_owner_id_idx on order_items (owner_id);
create index order_items_created_idx on order_items (created_at, id);
create index order_items_changed_idx on order_items (updated_at, id);

-- What one item costs: quantity times unit price less the discount in percent, rounded half up.
create function order_item_amount(quantity bigint, unit_price numeric, discount numeric)
returns numeric
language sql
immutable
as $$
  select round(quantity * unit_price * (100 - coalesce(discount, 0)) / 100, 2)
$$;

-- Brings an order's total in line with its live items and answers the total.
--
-- Writes a new version, effective at the given moment, only when the total differs, so that it can
-- be called after any change of items. Null when there is no such order.
create function recalculate_order_total(changed_order_id uuid, effective_at timestamptz default now())
returns numeric
language plpgsql
as $$
declare
  total numeric(18,2);
begin
  -- The row lock makes two writers of items of one order wait for each other.
  perform 1 from orders where id = changed_order_id for update;
  if not found then
    return null;
  end if;
  select coalesce(sum(coalesce(i.amount, order_item_amount(i.quantity, i.unit_price, i.discount))), 0)
  into total
  from order_items i
  where i.order_id = changed_order_id and i.deleted_at is null;
  update orders
  set
    total_amount = total,
    updated_at = greatest(updated_at, effective_at),
    version = version + 1
  where id = changed_order_id and total_amount is distinct from total;
  return total;
end
$$;
