-- The delivery to be sent next at $1, locked; at most one row.
-- Pending ones wait longer after each attempt: $3 seconds, then twice as long each time, at most
-- $4 seconds. One that is being sent since before $2 was left behind by a sender that died.
select d.id
from deliveries d
where d.deleted_at is null
  and (
    d.status = 'pending'
    and (d.attempts = 0 or d.updated_at + make_interval(secs => least($3 * power(2, d.attempts - 1), $4)) <= $1)
    or d.status = 'sending' and d.updated_at < $2
  )
order by d.due_at, d.id
limit 1
for update skip locked
