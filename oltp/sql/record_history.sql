-- Audit entries of one record, newest version first: $1 object, $2 record, $3 below this version, $4 how many.
select a.id, a.at, a.actor_id, a.actor_name, a.action, a.version, a.changes, a.source
from audit_log a
where a.object = $1
  and a.record_id = $2
  and ($3::bigint is null or a.version < $3)
order by a.version desc, a.id desc
limit $4
