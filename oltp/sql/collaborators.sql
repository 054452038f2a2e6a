-- Who works on the record $2 of the object $1 besides its owner, in the order in which they came; people
-- whose account is closed stay listed, so that they can be taken away.
select
  c.user_id
, u.name
, c.access
, c.added_at
from collaborators c
join users u on u.id = c.user_id
where c.object = $1 and c.record_id = $2 and u.deleted_at is null
order by c.added_at, c.user_id
