-- What records $2 of the objects $1 were called and how they were reached, as the audit log has it; one
-- row per change of a field: the field, and its old and new value.
select
  c.key,
  c.value
from audit_log a
cross join lateral jsonb_each(a.changes) c
where a.object = any($1)
  and a.record_id = any($2)
  and c.key in ('name', 'email', 'phone')
  and jsonb_typeof(c.value) = 'object'
