-- Entries of the audit log, newest first: of the actor named or numbered $1, about objects $2, the record
-- $3, with the action $4, from the source that begins with $5, of the request $6, from $7 and before $8,
-- below the entry $9; at most $10 rows. Parameters that are null do not matter.
select
  a.id,
  a.at,
  a.actor_id,
  a.actor_name,
  a.action,
  a.object,
  a.record_id,
  a.version,
  a.changes,
  a.source,
  a.request_id,
  exists (select 1 from audit_chain c where c.entry_id = a.id) as sealed
from audit_log a
where ($1::text is null or a.actor_name = $1 or a.actor_id::text = $1)
  and ($2::text is null or a.object = $2)
  and ($3::uuid is null or a.record_id = $3)
  and ($4::text is null or a.action = $4)
  and ($5::text is null or starts_with(a.source, $5))
  and ($6::text is null or a.request_id = $6)
  and ($7::timestamptz is null or a.at >= $7)
  and ($8::timestamptz is null or a.at < $8)
  and ($9::bigint is null or a.id < $9)
order by a.id desc
limit $10
