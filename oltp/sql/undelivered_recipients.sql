-- Of the users $1, those who are still there and have no delivery of schedule $2 due at $3.
select u.id
from users u
where u.id = any($1)
  and u.deleted_at is null
  and not exists (select 1 from deliveries d where d.schedule_id = $2 and d.recipient_id = u.id and d.due_at = $3)
order by u.id
