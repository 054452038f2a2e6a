-- Gives the actor $2 the name $3 in every audit entry and keeps the hashes before and after in the
-- batch $1.
with found as (
  select a.id, audit_entry_hash(a) as hash_before
  from audit_log a
  where a.actor_id = $2
    and a.actor_name <> $3
  for update
),
renamed as (
  update audit_log a
  set actor_name = $3
  from found f
  where a.id = f.id
  returning a.id, f.hash_before, audit_entry_hash(a) as hash_after
)
insert into audit_erasures (batch, entry_id, hash_before, hash_after)
select $1, r.id, r.hash_before, r.hash_after
from renamed r
