-- The objects that administrators added and that are there: all, or the one whose id is $1; one row per
-- object, in the order in which they were added.
select o.id, o.created_at, o.created_by, o.name, o.table_name, o.label, o.plural_label
from custom_objects o
where o.deleted_at is null
  and ($1::uuid is null or o.id = $1)
order by o.created_at, o.id
