-- Pending deliveries that were not tried and whose error is not $1, locked, oldest first; at most $2 rows.
select d.id
from deliveries d
where d.deleted_at is null and d.status = 'pending' and d.attempts = 0 and d.error is distinct from $1
order by d.due_at, d.id
limit $2
for update skip locked
