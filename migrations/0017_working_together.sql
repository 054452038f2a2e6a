-- Working together on records: comments that name colleagues, following what happens, and favourites.

create table comments (
  id uuid constraint comments_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint comments_version_positive check (version > 0),
  body text not null,
  -- What was said outlives who said it.
  author_id uuid constraint comments_author_id_fkey references users (id) on delete set null,
  mentions jsonb,
  -- A comment means nothing without what it is about.
  lead_id uuid constraint comments_lead_id_fkey references leads (id) on delete cascade,
  contact_id uuid constraint comments_contact_id_fkey references contacts (id) on delete cascade,
  company_id uuid constraint comments_company_id_fkey references companies (id) on delete cascade,
  deal_id uuid constraint comments_deal_id_fkey references deals (id) on delete cascade,
  -- The owner of what it is about, so that whoever sees the record sees what is said about it.
  owner_id uuid constraint comments_owner_id_fkey references users (id) on delete restrict,
  constraint comments_about_one check (num_nonnulls(lead_id, contact_id, company_id, deal_id) = 1)
);

create index comments_author_id_idx on comments (author_id);
create index comments_lead_id_idx on comments (lead_id) where lead_id is not null;
create index comments_contact_id_idx on comments (contact_id) where contact_id is not null;
create index comments_company_id_idx on comments (company_id) where company_id is not null;
create index comments_deal_id_idx on comments (deal_id) where deal_id is not null;
create index comments_owner_id_idx on comments (owner_id);
create index comments_created_idx on comments (created_at, id);
create index comments_changed_idx on comments (updated_at, id);

-- Comments change hands with their record, whoever writes it.
create function hand_over_comments() returns trigger language plpgsql as $$
begin
  execute format(
    'update comments
     set owner_id = record.owner_id, updated_at = greatest(comments.updated_at, record.updated_at),
         version = comments.version + 1
     from written as record
     join replaced as before using (id)
     where comments.%I = record.id and record.owner_id is distinct from before.owner_id',
    tg_argv[0]);
  return null;
end $$;

create trigger leads_hand_over_comments after update on leads
  referencing old table as replaced new table as written
  for each statement execute function hand_over_comments('lead_id');
create trigger contacts_hand_over_comments after update on contacts
  referencing old table as replaced new table as written
  for each statement execute function hand_over_comments('contact_id');
create trigger companies_hand_over_comments after update on companies
  referencing old table as replaced new table as written
  for each statement execute function hand_over_comments('company_id');
create trigger deals_hand_over_comments after update on deals
  referencing old table as replaced new table as written
  for each statement execute function hand_over_comments('deal_id');

-- What a person keeps at hand or wants to hear of; theirs alone, so not an object of the catalogue.
create table bookmarks (
  user_id uuid not null constraint bookmarks_user_id_fkey references users (id) on delete cascade,
  kind text not null constraint bookmarks_kind_known check (kind in ('favourite', 'follow')),
  object text not null,
  record_id uuid not null,
  at timestamptz not null,
  constraint bookmarks_pkey primary key (user_id, kind, object, record_id)
);

create index bookmarks_record_idx on bookmarks (kind, object, record_id);

-- Words that people put on records to find them again; contacts have them already.
alter table leads add column tags jsonb;
alter table companies add column tags jsonb;
alter table deals add column tags jsonb;
