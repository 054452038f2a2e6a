-- The conversion of lead $1 that is in force; at most one row.
select
  c.id
, c.lead_id
, c.converted_at
, c.converted_by
, c.before
, c.contact_id
, c.company_id
, c.deal_id
, c.made
from lead_conversions c
where c.lead_id = $1
  and c.undone_at is null
