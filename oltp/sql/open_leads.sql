-- How many open leads each of the people $1 has; one row per person who has any.
select
  l.owner_id
, count(*)
from leads l
where l.owner_id = any($1)
  and l.deleted_at is null
  and l.status not in (select s.name from lead_statuses s where s.category <> 'open' and s.deleted_at is null)
group by l.owner_id
