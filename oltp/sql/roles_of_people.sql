-- The roles that people have, with the definition of custom ones; one row per name.
select
  u.role as name,
  count(*) as people,
  r.definition
from users u
left join roles r on r.name = u.role and r.deleted_at is null
where u.deleted_at is null
group by u.role, r.definition
order by u.role
