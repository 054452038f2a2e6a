-- Writes audit entries: $1 the entries, then actor id, actor name, action, object, source, moment and request id.
insert into audit_log (at, actor_id, actor_name, action, object, record_id, version, changes, source, request_id)
select $7, $2, $3, $4, $5, e.record_id, e.version, e.changes, $6, $8
from jsonb_to_recordset($1) as e (record_id uuid, version bigint, changes jsonb)
