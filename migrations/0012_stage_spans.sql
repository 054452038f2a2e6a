-- Every time a deal was in a stage. Whoever moves a deal, by hand, in bulk or by an import, the
-- triggers below keep the spans, so that funnels and durations are counted from facts.

create table stage_spans (
  id uuid constraint stage_spans_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint stage_spans_version_positive check (version > 0),
  -- A span says something about its deal only.
  deal_id uuid not null constraint stage_spans_deal_id_fkey references deals (id) on delete cascade,
  -- The way deals went must stay readable, so no stage vanishes under it.
  stage_id uuid not null constraint stage_spans_stage_id_fkey references stages (id) on delete restrict,
  entered_at timestamptz not null,
  left_at timestamptz constraint stage_spans_left_after_entered check (left_at >= entered_at),
  -- Kept by the triggers, because generated columns are not replicated.
  days numeric(12,2),
  owner_id uuid constraint stage_spans_owner_id_fkey references users (id) on delete restrict
);

-- A deal is in one stage at a time.
create unique index stage_spans_current_unique on stage_spans (deal_id) where left_at is null;
create index stage_spans_deal_id_idx on stage_spans (deal_id, entered_at);
create index stage_spans_stage_id_idx on stage_spans (stage_id);
create index stage_spans_owner_id_idx on stage_spans (owner_id);
create index stage_spans_created_idx on stage_spans (created_at, id);
create index stage_spans_changed_idx on stage_spans (updated_at, id);

-- New deals start a span when they entered their stage.
create function begin_stage_spans() returns trigger language plpgsql as $$
begin
  insert into stage_spans (id, created_at, updated_at, deleted_at, deal_id, stage_id, entered_at, owner_id)
  select gen_random_uuid(), entered_at, updated_at, deleted_at, id, stage_id, entered_at, owner_id
  from (select *, coalesce(stage_entered_at, created_at) as entered_at from written) as deal
  where stage_id is not null;
  return null;
end $$;

-- A moved deal ends its span and starts the next one; owner and bin follow the deal.
create function continue_stage_spans() returns trigger language plpgsql as $$
begin
  update stage_spans as span
  set left_at = moved.left_at,
      days = round(extract(epoch from moved.left_at - span.entered_at) / 86400, 2),
      updated_at = moved.updated_at,
      version = span.version + 1
  from (
    select span.id, deal.updated_at,
           greatest(coalesce(deal.stage_entered_at, deal.updated_at), span.entered_at) as left_at
    from written as deal
    join replaced as before using (id)
    join stage_spans as span on span.deal_id = deal.id and span.left_at is null
    where deal.stage_id is distinct from before.stage_id
  ) as moved
  where span.id = moved.id;

  insert into stage_spans (id, created_at, updated_at, deleted_at, deal_id, stage_id, entered_at, owner_id)
  select gen_random_uuid(), deal.updated_at, deal.updated_at, deal.deleted_at, deal.id, deal.stage_id,
         greatest(coalesce(deal.stage_entered_at, deal.updated_at),
                  (select max(span.left_at) from stage_spans as span where span.deal_id = deal.id)),
         deal.owner_id
  from written as deal
  join replaced as before using (id)
  where deal.stage_id is distinct from before.stage_id and deal.stage_id is not null;

  update stage_spans as span
  set owner_id = deal.owner_id, deleted_at = deal.deleted_at, updated_at = deal.updated_at, version = span.version + 1
  from written as deal
  join replaced as before using (id)
  where span.deal_id = deal.id
    and (deal.owner_id is distinct from before.owner_id or deal.deleted_at is distinct from before.deleted_at);
  return null;
end $$;

create trigger deals_begin_stage_spans after insert on deals
  referencing new table as written for each statement execute function begin_stage_spans();
create trigger deals_continue_stage_spans after update on deals
  referencing old table as replaced new table as written for each statement execute function continue_stage_spans();

-- Deals that are here already: what is known is since when they are where they are.
insert into stage_spans (id, created_at, updated_at, deleted_at, deal_id, stage_id, entered_at, owner_id)
select gen_random_uuid(), entered_at, entered_at, deleted_at, id, stage_id, entered_at, owner_id
from (select *, coalesce(stage_entered_at, created_at) as entered_at from deals) as deal
where stage_id is not null;
