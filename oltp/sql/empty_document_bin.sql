-- Removes documents that are in the bin since before $1, at most $2 of them, with their versions, and
-- notes each in the audit log at $3; one row per document: its id.
with gone as (
  delete from documents d
  where d.id in (
    select c.id
    from documents c
    where c.deleted_at < $1
    order by c.deleted_at
    limit $2
    for update skip locked
  )
  returning d.id
), noted as (
  insert into audit_log (at, actor_name, action, object, record_id, changes, source)
  select $3, 'system', 'erase', 'document', g.id, '{}'::jsonb, 'retention'
  from gone g
)
select g.id
from gone g
