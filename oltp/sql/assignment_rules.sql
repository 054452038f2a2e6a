-- The active rules with their active members, in order; one row per rule that has somebody to give leads to.
select
  r.id
, r.conditions
, r.strategy
, array(
    select u.id
    from jsonb_array_elements_text(r.members) with ordinality as m (id, place)
    join users u on u.id = m.id::uuid
    where u.status = 'active'
      and u.deleted_at is null
    order by m.place
  ) as members
from assignment_rules r
where r.active
  and r.deleted_at is null
  and exists (
    select
    from jsonb_array_elements_text(r.members) as m (id)
    join users u on u.id = m.id::uuid
    where u.status = 'active'
      and u.deleted_at is null
  )
order by r.position, r.id
