-- Finding records that may be the same person or company: the keys by which candidates are looked up,
-- indexed as they are asked for, so that nothing is compared with everything.

-- The digits of a phone number that its ways of writing share; null when it has too few to tell.
create function phone_key(phone text) returns text language sql immutable parallel safe as $$
  select case when length(digits) >= 7 then right(digits, 8) end
  from (select regexp_replace(phone, '[^0-9]', '', 'g') as digits) d
$$;

-- The first letters of a name without blanks and marks: alike names nearly always share them.
create function name_key(name text) returns text language sql immutable parallel safe as $$
  select left(lower(regexp_replace(name, '[^[:alnum:]]', '', 'g')), 5)
$$;

create index leads_email_key_idx on leads (lower(email)) where deleted_at is null and email is not null;
create index leads_phone_key_idx on leads (phone_key(phone)) where deleted_at is null and phone is not null;
create index leads_name_key_idx on leads (name_key(name)) where deleted_at is null;
create index contacts_email_key_idx on contacts (lower(email)) where deleted_at is null and email is not null;
create index contacts_phone_key_idx on contacts (phone_key(phone)) where deleted_at is null and phone is not null;
create index contacts_name_key_idx on contacts (name_key(name)) where deleted_at is null;
create index companies_email_key_idx on companies (lower(email)) where deleted_at is null and email is not null;
create index companies_phone_key_idx on companies (phone_key(phone)) where deleted_at is null and phone is not null;
create index companies_name_key_idx on companies (name_key(name)) where deleted_at is null;
