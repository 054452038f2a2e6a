-- The live lead statuses in their order; one row per status. What a lead in a status that is gone may
-- become is not limited, so that removing a status never locks leads in.
select
  s.name
, s.next_statuses
, s.required_fields
, s.manager_only
from lead_statuses s
where s.deleted_at is null
order by s.position, s.name
