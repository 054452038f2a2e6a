-- Which of the addresses $1, numbers $2 and names $3 another record says of itself too, apart from the
-- records $4; one row per word.
with others as (
  select name, email, phone from leads where id <> all($4)
  union all
  select name, email, phone from contacts where id <> all($4)
  union all
  select name, email, phone from users where id <> all($4)
  union all
  select name, email, phone from companies
)
select word
from unnest($1::text[]) as word
where exists (select 1 from others o where lower(o.email) = word)
union
select word
from unnest($2::text[]) as word
where exists (select 1 from others o where phone_key(o.phone) = phone_key(word))
union
select word
from unnest($3::text[]) as word
where exists (select 1 from others o where lower(o.name) = lower(word))
