-- Gives the leads of the priority $1 to the person $2 and writes an audit entry for each.
with assigned as (
  update leads l
  set owner_id = $2, version = l.version + 1, updated_at = now()
  from leads before
  where before.id = l.id and l.priority = $1 and l.deleted_at is null
  returning l.id, l.version, before.owner_id as old
)
insert into audit_log (at, actor_name, action, object, record_id, version, changes)
select
  now()
, 'system'
, 'update'
, 'lead'
, a.id
, a.version
, jsonb_build_object('owner_id', jsonb_build_object('old', a.old, 'new', $2))
from assigned a
