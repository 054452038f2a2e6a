-- The inbox of person $1, newest first: $2 unread ones only, those after notification $3, at most $4; one row
-- per notification.
select
  n.id
, n.at
, n.kind
, n.title
, n.object
, n.record_id
, n.actor_name
, n.read_at
from notifications n
where n.recipient_id = $1
  and n.in_app
  and (not $2 or n.read_at is null)
  and (
    $3::uuid is null
    or (n.at, n.id) < (select last.at, last.id from notifications last where last.id = $3 and last.recipient_id = $1)
  )
order by n.at desc, n.id desc
limit $4
