-- One row: companies that never bought.
select count(*) as companies
from companies c
where not exists (select 1 from deals d where d.company_id = c.id and d.status = 'won')
