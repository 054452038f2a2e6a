-- The schedule that has been due longest at $1, locked; at most one row. $2: those to leave alone.
-- A schedule that somebody is just changing is left for the next look.
select s.id
from schedules s
where s.active
  and s.deleted_at is null
  and s.next_run_at <= $1
  and s.id <> all($2)
order by s.next_run_at, s.id
limit 1
for update skip locked
