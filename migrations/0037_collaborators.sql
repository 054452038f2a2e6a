-- People who work on a lead, contact, company or deal that somebody else owns. Not an object of the
-- catalogue: like teams it decides who sees what, and a person's share of it travels with them.

create table collaborators (
  user_id uuid not null constraint collaborators_user_id_fkey references users (id) on delete cascade,
  object text not null
    constraint collaborators_object_known check (object in ('lead', 'contact', 'company', 'deal')),
  -- No foreign key: it points at one of four tables.
  record_id uuid not null,
  access text not null constraint collaborators_access_known check (access in ('read', 'write')),
  added_at timestamptz not null,
  added_by uuid,
  constraint collaborators_pkey primary key (user_id, object, record_id)
);

create index collaborators_record_idx on collaborators (object, record_id);
