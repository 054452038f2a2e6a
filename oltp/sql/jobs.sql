-- Jobs that the person $1 asked for (null: the system itself), newest first: the one with id $2, or
-- at most $4 with ids below $3. $5 is the moment, which decides whether a job can be taken back.
select
  j.id,
  j.kind,
  j.title,
  j.object,
  j.state,
  j.done,
  j.total,
  j.problems,
  j.message,
  j.result,
  j.cancel_requested,
  coalesce(j.undo_until > $5 and j.finished_at is not null and undo.id is null, false) as undoable,
  undo.id as undone_by,
  j.undoes,
  j.created_at,
  j.started_at,
  j.finished_at
from jobs j
left join lateral (
  select u.id
  from jobs u
  where u.undoes = j.id and u.state in ('queued', 'running', 'done')
  limit 1
) undo on true
where (j.requested_by = $1 or $1 is null and j.requested_by is null)
  and ($2::uuid is null or j.id = $2)
  and ($3::uuid is null or j.id < $3)
order by j.id desc
limit $4
