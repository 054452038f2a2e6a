-- Links of the chain behind position $1, in order, each with the hash that its entry has now (null when
-- the entry is gone); at most $2 rows.
select
  c.position,
  c.entry_id,
  c.entry_hash,
  c.chain_hash,
  case when a.id is not null then audit_entry_hash(a) end as hash_now
from audit_chain c
left join audit_log a on a.id = c.entry_id
where c.position > $1
order by c.position
limit $2
