-- Keeps a new API token: its id, owner, name, scope, hash, moment and end; answers how many live
-- tokens the owner had before, one row.
with issued as (
  insert into api_tokens (id, user_id, name, scope, token_hash, created_at, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7)
)
select count(*)
from api_tokens
where user_id = $2 and revoked_at is null and expires_at > $6
