-- After a right password: forgets the failures of the account $1 at the address $2, takes the
-- attempt itself back from the address, and removes windows that ended before $3.
with taken_back as (
  update login_failures
  set failure_count = greatest(failure_count - 1, 0)
  where account_hash = '' and ip = $2 and window_ends_at > $3
)
delete from login_failures
where (account_hash = $1 and ip = $2) or window_ends_at <= $3
