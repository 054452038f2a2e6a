-- Those of the addresses $1, which are in lower case, whose owners want no mail that goes to many, whichever
-- record says so; a record in the bin still says it.
select lower(l.email)
from leads l
where lower(l.email) = any($1) and l.email is not null and l.marketing_consent = 'withdrawn'
union
select lower(c.email)
from contacts c
where lower(c.email) = any($1) and c.email is not null and c.marketing_consent = 'withdrawn'
