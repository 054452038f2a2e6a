-- The fields that administrators added and that are there: all, or the one whose id is $1; one row
-- per field, in the order in which they were added.
select f.id, f.created_at, f.created_by, f.object, f.name, f.label, f.help, f.kind, f.searchable, f.personal
from custom_fields f
where f.deleted_at is null
  and ($1::uuid is null or f.id = $1)
order by f.created_at, f.id
