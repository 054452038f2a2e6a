-- How the account of the person $1 is guarded; one row.
select
  exists (
    select 1 from confirmed_emails c join users u on u.id = c.user_id where u.id = $1 and c.email = lower(u.email)
  ) as email_confirmed,
  exists (select 1 from user_credentials where user_id = $1) as has_password,
  exists (select 1 from second_factors where user_id = $1 and confirmed_at is not null) as second_factor,
  (select count(*) from recovery_codes where user_id = $1 and used_at is null) as recovery_codes_left
