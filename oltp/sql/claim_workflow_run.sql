-- Takes the first run that is due at $1 and reserves it until $2; one row, or none. Whoever makes it may die:
-- then it is due again.
update workflow_runs r
set attempts = r.attempts + 1, next_at = $2
where r.id = (
  select c.id
  from workflow_runs c
  where c.status = 'waiting' and c.next_at <= $1
  order by c.message_id, c.position
  limit 1
  for update skip locked
)
returning r.id, r.rule_id, r.object, r.record_id, r.chain, r.attempts
