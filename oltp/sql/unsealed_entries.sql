-- Entries of the audit log to be sealed next, in order, with their hashes: of transactions from $1 on
-- and below $2, behind the transaction $3 and id $4, not in the chain yet; at most $5 rows.
select
  a.id,
  a.tx::text as tx,
  audit_entry_hash(a) as entry_hash
from audit_log a
where a.tx >= $1::xid8
  and a.tx < $2::xid8
  and (a.tx, a.id) > ($3::xid8, $4)
  and not exists (select 1 from audit_chain c where c.entry_id = a.id)
order by a.tx, a.id
limit $5
