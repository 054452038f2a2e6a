-- How people prove who they are. None of these tables is captured into the warehouse: secrets and
-- security events must not become analysable.

-- One row per person who can sign in with a password.
create table user_credentials (
  user_id uuid constraint user_credentials_pkey primary key
    constraint user_credentials_user_id_fkey references users (id) on delete cascade,
  -- PHC string of an argon2id hash, its parameters and salt included.
  password_hash text not null
    constraint user_credentials_password_hash_argon2id check (password_hash like '$argon2id$%'),
  changed_at timestamptz not null
);

-- One row per API token; only the SHA-256 of a token is kept, so a copy of this table opens nothing.
create table api_tokens (
  id uuid constraint api_tokens_pkey primary key,
  user_id uuid not null constraint api_tokens_user_id_fkey references users (id) on delete cascade,
  name text not null,
  scope text not null constraint api_tokens_scope_known check (scope in ('full', 'read')),
  token_hash bytea not null constraint api_tokens_token_hash_sha256 check (octet_length(token_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create unique index api_tokens_token_hash_unique on api_tokens (token_hash);
create index api_tokens_user_id_idx on api_tokens (user_id);

-- Failed logins per account and address, and per address over all accounts (empty account).
-- The account is kept as a hash: people type passwords into the wrong field.
create table login_failures (
  account_hash bytea not null,
  ip text not null,
  failure_count bigint not null,
  window_ends_at timestamptz not null,
  constraint login_failures_pkey primary key (account_hash, ip)
);

create index login_failures_window_ends_at_idx on login_failures (window_ends_at);

-- One row per security event: sign-ins, refusals, tokens made and revoked, people added.
create table security_log (
  id bigint generated always as identity constraint security_log_pkey primary key,
  at timestamptz not null,
  event text not null,
  -- No foreign key: the log outlives the person.
  user_id uuid,
  ip text,
  request_id text,
  detail jsonb
);

create index security_log_user_id_idx on security_log (user_id, id);
create index security_log_at_idx on security_log (at);
