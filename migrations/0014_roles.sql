-- Custom roles: what people may do is data that administrators write, so a person's role is the
-- name of a preset or of a row here. Which names there are is checked by the program in the
-- transaction that writes the person, with the row locked; a constraint could only know the presets.

create table roles (
  id uuid constraint roles_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint roles_version_positive check (version > 0),
  name text not null,
  description text,
  base text not null
    constraint roles_base_known check (base in ('admin', 'manager', 'rep', 'support', 'analyst', 'executive')),
  definition jsonb not null
);

-- People write names in any case of letters, so case must not tell two roles apart.
create unique index roles_name_unique on roles (lower(name)) where deleted_at is null;
create index roles_changed_idx on roles (updated_at, id);

alter table users drop constraint users_role_known;

-- Who has a role is counted before the role changes.
create index users_role_idx on users (role);
