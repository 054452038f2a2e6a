-- The second factor: a code that an app on a phone shows (TOTP, RFC 6238), and codes on paper for the
-- day the phone is gone. Nothing here is captured.

-- One row per person who has begun to set one up. The secret of the app is derived from the signing
-- secret of the workspace and this seed, so a copy of the table shows no codes.
create table second_factors (
  user_id uuid constraint second_factors_pkey primary key
    constraint second_factors_user_id_fkey references users (id) on delete cascade,
  seed bytea not null constraint second_factors_seed_256_bits check (octet_length(seed) = 32),
  created_at timestamptz not null,
  -- Asked for at sign-in from then on.
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: none counts twice.
  last_step bigint not null default 0
);

create table recovery_codes (
  user_id uuid not null constraint recovery_codes_user_id_fkey references users (id) on delete cascade,
  code_hash bytea not null constraint recovery_codes_code_hash_sha256 check (octet_length(code_hash) = 32),
  used_at timestamptz,
  constraint recovery_codes_pkey primary key (user_id, code_hash)
);
