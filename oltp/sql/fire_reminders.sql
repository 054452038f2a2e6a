-- Fires the reminders that are due at $1: each is marked and told to the outbox in one statement, so it
-- is told once or not at all. Those due before $2 are marked only: what is that old reminds nobody.
-- At most $3 at once; one row per reminder. Another server takes others meanwhile.
with due as (
  select r.task_id, r.kind, r.due_at
  from reminders r
  where r.fired_at is null
    and r.due_at <= $1
  order by r.due_at, r.task_id
  limit $3
  for update skip locked
),
fired as (
  update reminders r
  set fired_at = $1
  from due
  where r.task_id = due.task_id
    and r.kind = due.kind
),
told as (
  insert into outbox (at, topic, object, record_id, payload)
  select
    $1,
    'task.' || due.kind,
    'task',
    due.task_id,
    jsonb_build_object('object', 'task', 'record_id', due.task_id, 'due_at', due.due_at)
  from due
  where due.due_at >= $2
  order by due.due_at
)
select count(*)
from due
