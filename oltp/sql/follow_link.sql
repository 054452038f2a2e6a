-- Uses up the link with the token hash $1 for the purpose $2 at $3; one row, or none when it does not
-- count: it proves the address that it was sent to, so the person must still have that one.
update account_links l
set used_at = $3
from users u
where l.token_hash = $1
  and l.purpose = $2
  and l.used_at is null
  and l.expires_at > $3
  and u.id = l.user_id
  and u.deleted_at is null
  and u.status = 'active'
  and lower(u.email) = lower(l.email)
returning l.user_id, u.username, lower(l.email) as email
