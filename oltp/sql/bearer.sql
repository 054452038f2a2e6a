-- Whom the token with the hash $1 acts for at $2; one row, or none when it does not count. Notes
-- its use once a minute, so that a busy token is not a busy row.
with bearer as (
  select t.id, t.user_id, t.scope, t.last_used_at
  from api_tokens t
  where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
), used as (
  update api_tokens t
  set last_used_at = $2
  from bearer b
  where t.id = b.id and (b.last_used_at is null or b.last_used_at < $2 - interval '1 minute')
)
select b.user_id, b.scope
from bearer b
