-- Gives the audit entries $2 the changes $3, actors' names $4 and sources $5, and keeps their hashes
-- before and after in the batch $1.
with given as (
  select *
  from unnest($2::bigint[], $3::jsonb[], $4::text[], $5::text[]) as g (id, changes, actor_name, source)
),
found as (
  select a.id, audit_entry_hash(a) as hash_before
  from audit_log a
  join given g on g.id = a.id
),
cleaned as (
  update audit_log a
  set changes = g.changes, actor_name = g.actor_name, source = g.source
  from given g
  join found f on f.id = g.id
  where a.id = g.id
  returning a.id, f.hash_before, audit_entry_hash(a) as hash_after
)
insert into audit_erasures (batch, entry_id, hash_before, hash_after)
select $1, c.id, c.hash_before, c.hash_after
from cleaned c
