-- Entries that stand in the audit log as if they had been sealed, but are not in the chain; at most $1
-- rows.
select a.id
from audit_log a
where a.tx < (select s.sealed_below from audit_seal s)
  and not exists (select 1 from audit_chain c where c.entry_id = a.id)
order by a.id
limit $1
