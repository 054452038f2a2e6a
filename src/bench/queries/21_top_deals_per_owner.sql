-- The three largest won deals of every owner.
select u.name as owner, x.name, x.amount
from (
    select owner_id, name, amount, row_number() over (partition by owner_id order by amount desc, id) as place
    from deals
    where status = 'won'
) x
join users u on u.id = x.owner_id
where x.place <= 3
