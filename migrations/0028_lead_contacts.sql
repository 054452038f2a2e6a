-- A lead has several contacts, and one of them is talked to first.

create table lead_contacts (
  id uuid constraint lead_contacts_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint lead_contacts_version_positive check (version > 0),
  -- A part in a lead means nothing without either of them.
  lead_id uuid not null constraint lead_contacts_lead_id_fkey references leads (id) on delete cascade,
  contact_id uuid not null constraint lead_contacts_contact_id_fkey references contacts (id) on delete cascade,
  part text,
  is_primary boolean not null default false,
  -- The owner of the lead, so that whoever sees the lead sees who belongs to it.
  owner_id uuid constraint lead_contacts_owner_id_fkey references users (id) on delete restrict
);

create unique index lead_contacts_contact_id_unique on lead_contacts (lead_id, contact_id) where deleted_at is null;
create unique index lead_contacts_is_primary_unique on lead_contacts (lead_id)
  where is_primary and deleted_at is null;
create index lead_contacts_lead_id_idx on lead_contacts (lead_id);
create index lead_contacts_contact_id_idx on lead_contacts (contact_id);
create index lead_contacts_owner_id_idx on lead_contacts (owner_id);
create index lead_contacts_created_idx on lead_contacts (created_at, id);
create index lead_contacts_changed_idx on lead_contacts (updated_at, id);

-- They change hands with their lead, whoever writes it.
create function hand_over_lead_contacts() returns trigger language plpgsql as $$
begin
  update lead_contacts as part
  set owner_id = lead.owner_id, updated_at = greatest(part.updated_at, lead.updated_at), version = part.version + 1
  from written as lead
  join replaced as before using (id)
  where part.lead_id = lead.id
    and lead.owner_id is distinct from before.owner_id;
  return null;
end $$;

create trigger leads_hand_over_lead_contacts after update on leads
  referencing old table as replaced new table as written
  for each statement execute function hand_over_lead_contacts();
