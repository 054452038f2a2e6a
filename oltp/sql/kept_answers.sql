-- How many answers that are kept for repetition hold one of the patterns $1; one row.
select count(*)
from idempotency_keys
where encode(body, 'escape') ilike any($1)
  or headers::text ilike any($1)
