-- Sessions: what somebody who signed in has open, so that it can be listed and ended. An access token
-- names its session and counts only while that is open. Nothing here is captured.

-- One row per sign-in.
create table sessions (
  id uuid constraint sessions_pkey primary key,
  user_id uuid not null constraint sessions_user_id_fkey references users (id) on delete cascade,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  -- Whatever is refreshed, it ends then.
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_because text,
  -- Where it was last used from.
  ip text not null,
  agent text constraint sessions_agent_limit check (length(agent) <= 300)
);

create index sessions_user_id_idx on sessions (user_id, last_used_at);
create index sessions_expires_at_idx on sessions (expires_at);

-- The refresh tokens that a session has had; one that comes back after its use shows a theft. Only
-- the SHA-256 of a token is kept.
create table refresh_tokens (
  token_hash bytea
    constraint refresh_tokens_pkey primary key
    constraint refresh_tokens_token_hash_sha256 check (octet_length(token_hash) = 32),
  session_id uuid not null constraint refresh_tokens_session_id_fkey references sessions (id) on delete cascade,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index refresh_tokens_session_id_idx on refresh_tokens (session_id);
