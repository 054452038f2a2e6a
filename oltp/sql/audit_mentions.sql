-- Audit entries in which one of the patterns $1 occurs, locked; one row per entry: its id, its changes,
-- its actor's name and its source.
select
  a.id,
  a.changes,
  a.actor_name,
  a.source
from audit_log a
where a.changes::text ilike any($1)
  or a.actor_name ilike any($1)
  or a.source ilike any($1)
order by a.id
for update
