-- Erasures within the audit entries $1 in the order in which they were made; one row per erasure of an
-- entry: its hashes before and after, and whether the entry of the object $2 that tells of the batch
-- has its digest.
with steps as (
  select e.id, e.batch, e.entry_id, e.hash_before, e.hash_after
  from audit_erasures e
  where e.entry_id = any($1)
),
batches as (
  select b.batch, audit_erasure_digest(b.batch) as digest
  from (select distinct s.batch from steps s) b
)
select
  s.entry_id,
  s.hash_before,
  s.hash_after,
  exists (
    select 1
    from audit_log n
    where n.object = $2
      and n.action = 'erase'
      and n.changes ->> 'batch' = s.batch::text
      and n.changes ->> 'sha256' = b.digest
  ) as sound
from steps s
join batches b on b.batch = s.batch
order by s.id
