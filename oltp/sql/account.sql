-- The live account with this name in lower case ($1: username before e-mail address) or id ($2);
-- one row, or none.
select u.id, u.status, c.password_hash, coalesce(c.waits_for_confirmation, false) as waits_for_confirmation
from users u
left join user_credentials c on c.user_id = u.id
where (lower(u.username) = $1 or lower(u.email) = $1 or u.id = $2) and u.deleted_at is null
order by lower(u.username) = $1 desc
limit 1
