-- Security events, newest first: of kind $1, about the user named or numbered $2, from the address $3,
-- from $4 and before $5, below the event $6; at most $7 rows. Parameters that are null do not matter.
select
  s.id,
  s.at,
  s.event,
  s.user_id,
  u.username,
  s.ip,
  s.request_id,
  s.detail
from security_log s
left join users u on u.id = s.user_id
where ($1::text is null or s.event = $1)
  and ($2::text is null or u.username = $2 or s.user_id::text = $2)
  and ($3::text is null or s.ip = $3)
  and ($4::timestamptz is null or s.at >= $4)
  and ($5::timestamptz is null or s.at < $5)
  and ($6::bigint is null or s.id < $6)
order by s.id desc
limit $7
