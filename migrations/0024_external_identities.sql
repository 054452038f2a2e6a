-- Signing in at a provider of OpenID Connect. What a provider calls a person is unique together with the
-- issuer, never alone; addresses change hands, subjects do not. Nothing here is captured.

-- One row per person and account elsewhere.
create table external_identities (
  id uuid constraint external_identities_pkey primary key,
  user_id uuid not null constraint external_identities_user_id_fkey references users (id) on delete cascade,
  -- Name of the provider in the configuration, for people.
  provider text not null,
  issuer text not null,
  subject text not null,
  -- What the provider last said; for people, nothing follows from it.
  email text,
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  constraint external_identities_subject_unique unique (issuer, subject)
);

create index external_identities_user_id_idx on external_identities (user_id);

-- Sign-ins and id tokens that were used: none counts twice.
create table used_sign_ins (
  digest bytea constraint used_sign_ins_pkey primary key,
  expires_at timestamptz not null
);

create index used_sign_ins_expires_at_idx on used_sign_ins (expires_at);
