-- Tells every server, when the transaction commits, how far the job $1 is.
select pg_notify(
  'leadhouse_changes',
  jsonb_build_object(
    'to', j.requested_by,
    'event', 'job',
    'data', jsonb_build_object(
      'id', j.id, 'state', j.state, 'done', j.done, 'total', j.total, 'problems', j.problems
    )
  )::text
)
from jobs j
where j.id = $1
