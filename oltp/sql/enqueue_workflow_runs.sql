-- Queues a run of every rule that the message $1 starts: event $4 of the record $3 of object $2, whose fields
-- $5 changed, because of the rules $6; at $7.
insert into workflow_runs (id, rule_id, message_id, object, record_id, chain, position, created_at, next_at)
select gen_random_uuid(), w.id, $1, $2, $3, $6, row_number() over (order by w.position, w.created_at, w.id), $7, $7
from workflow_rules w
where w.active
  and w.deleted_at is null
  and w.object = $2
  and w.event in ($4, 'saved')
  and w.id <> all ($6)
  and ($4 = 'created' or w.watched_fields is null or w.watched_fields ?| $5)
on conflict on constraint workflow_runs_message_once do nothing
