-- Takes the job that is next at the moment $1: one that waits, or one whose runner has not been heard
-- of since $2. Answers at most one row.
update jobs
set state = 'running',
    attempt = attempt + 1,
    heartbeat_at = $1,
    started_at = coalesce(started_at, $1)
where id = (
  select id
  from jobs
  where state = 'queued' or state = 'running' and heartbeat_at < $2
  order by created_at, id
  limit 1
  for update skip locked
)
returning id, kind, title, requested_by, parameters, attempt, undoes, result
