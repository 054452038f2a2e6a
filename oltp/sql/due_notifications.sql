-- The notifications of one person that are due by mail at $1, oldest first, at most $2, locked; one row per
-- notification. Those that were due before $3 are not sent any more. Another server takes another person
-- meanwhile.
with next as (
  select n.recipient_id
  from notifications n
  where n.mail_at <= $1
    and n.mailed_at is null
  order by n.mail_at, n.id
  limit 1
  for update skip locked
)
select
  n.id
, n.at
, n.title
, u.name
, u.email
, u.status = 'active' and u.deleted_at is null and n.mail_at >= $3 as wanted
from notifications n
join next on next.recipient_id = n.recipient_id
join users u on u.id = n.recipient_id
where n.mail_at <= $1
  and n.mailed_at is null
order by n.at, n.id
limit $2
for update of n
