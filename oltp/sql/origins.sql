-- The leads that became record $1, whether it is a contact, a company or a deal; one row per lead.
select l.id
from leads l
where l.converted_at is not null
  and l.deleted_at is null
  and (l.contact_id = $1 or l.company_id = $1 or l.id = (select d.lead_id from deals d where d.id = $1))
order by l.converted_at desc
limit 100
