-- People and teams come first because every owned record points at a person.
--
-- Rules that hold for every table of the catalogue:
-- * id, created_at, updated_at, deleted_at and version come first, then the fields of the object.
-- * updated_at is the effective time of a version, so it is written by the program, not by a trigger.
-- * A unique field is unique among live records only: deleted_at is part of the index condition.
-- * Constraint names say the field and the rule; the program turns them into an answer per field.
-- * Deleting for good is rare (retention, requests to be forgotten); each foreign key says what
--   then happens to the records that point at the row.

create table teams (
  id uuid constraint teams_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint teams_version_positive check (version > 0),
  name text not null,
  region text,
  manager_id uuid,
  -- A team with teams below it cannot vanish: the tree decides who sees what.
  parent_id uuid constraint teams_parent_id_fkey references teams (id) on delete restrict,
  external_id text,
  constraint teams_parent_id_not_itself check (parent_id <> id)
);

create table users (
  id uuid constraint users_pkey primary key,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  version bigint not null default 1 constraint users_version_positive check (version > 0),
  username text not null,
  email text not null,
  name text not null,
  role text not null default 'rep'
    constraint users_role_known check (role in ('admin', 'manager', 'rep', 'support', 'analyst', 'executive')),
  visibility text
    constraint users_visibility_known check (visibility in ('own', 'team', 'all')),
  -- A person outlives the team.
  team_id uuid constraint users_team_id_fkey references teams (id) on delete set null,
  status text not null default 'active'
    constraint users_status_known check (status in ('active', 'suspended', 'deactivated')),
  department text,
  job_title text,
  phone text,
  time_zone text not null default 'UTC',
  locale text not null default 'en',
  profile_picture text,
  settings jsonb,
  external_id text
);

-- Teams have a manager and people have a team; the second half of the circle is added last.
-- A team outlives its manager.
alter table teams
  add constraint teams_manager_id_fkey foreign key (manager_id) references users (id) on delete set null;

create unique index teams_name_unique on teams (name) where deleted_at is null;
create unique index teams_external_id_unique on teams (external_id) where deleted_at is null;
create index teams_manager_id_idx on teams (manager_id);
create index teams_parent_id_idx on teams (parent_id);
create index teams_changed_idx on teams (updated_at, id);

-- People sign in with either of them in any case of letters, so case must not tell two people apart.
create unique index users_username_unique on users (lower(username)) where deleted_at is null;
create unique index users_email_unique on users (lower(email)) where deleted_at is null;
create unique index users_external_id_unique on users (external_id) where deleted_at is null;
create index users_team_id_idx on users (team_id);
create index users_status_idx on users (status);
create index users_created_idx on users (created_at, id);
create index users_changed_idx on users (updated_at, id);
