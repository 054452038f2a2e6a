-- Remembers a conversion: $1 its id, $2 the lead, $3 when, $4 who, $5 the lead before, $6 to $8 contact,
-- company and deal, $9 which of them it made.
insert into lead_conversions
  (id, lead_id, converted_at, converted_by, before, contact_id, company_id, deal_id, made)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
