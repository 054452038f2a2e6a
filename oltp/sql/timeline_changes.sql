-- Audited changes of one record, newest first: $1 object, $2 record, $3 and $4 below this moment and
-- padded id, $5 how many. People go by the name they have now.
select a.id, a.at, a.actor_id, coalesce(u.name, a.actor_name) as actor_name, a.action, a.version, a.changes, a.source
from audit_log a
left join users u on u.id = a.actor_id
where a.object = $1
  and a.record_id = $2
  and ($3::timestamptz is null or (a.at, lpad(a.id::text, 20, '0') collate "C") < ($3, $4))
order by a.at desc, a.id desc
limit $5
