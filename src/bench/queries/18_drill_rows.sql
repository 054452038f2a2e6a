-- One rep's hundred largest open deals.
select name, amount, expected_close_on
from deals
where owner_id = '{rep}' and status = 'open'
order by amount desc, id
limit 100
