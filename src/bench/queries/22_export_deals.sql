-- Every deal: the export of a whole object.
select name, amount, currency, status, closed_on
from deals
