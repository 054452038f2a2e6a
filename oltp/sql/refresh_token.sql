-- The refresh token with the hash $1, its session and its person, locked; one row, or none.
select r.session_id, r.used_at, r.expires_at, s.user_id, s.expires_at as session_expires_at, s.ended_at, u.name,
  u.email, u.status = 'active' and u.deleted_at is null as active
from refresh_tokens r
join sessions s on s.id = r.session_id
join users u on u.id = s.user_id
where r.token_hash = $1
for update of r, s
