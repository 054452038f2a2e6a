-- Empties the audit entries about records $3 of the objects $2 and keeps their hashes before and after
-- in the batch $1. Entries about requests of people stay: they hold nothing of the person.
with found as (
  select a.id, audit_entry_hash(a) as hash_before
  from audit_log a
  where a.object = any($2)
    and a.record_id = any($3)
    and a.changes <> '{}'
    and a.action not in ('erase', 'ask_erasure', 'confirm_erasure', 'subject_access')
  for update
),
emptied as (
  update audit_log a
  set changes = '{}'
  from found f
  where a.id = f.id
  returning a.id, f.hash_before, audit_entry_hash(a) as hash_after
)
insert into audit_erasures (batch, entry_id, hash_before, hash_after)
select $1, e.id, e.hash_before, e.hash_after
from emptied e
