-- Counts one more failure of the account $1 at the address $2 at $3; a window that has ended
-- begins anew and ends at $4. One row: the count and the end of the window.
insert into login_failures as f (account_hash, ip, failure_count, window_ends_at)
values ($1, $2, 1, $4)
on conflict (account_hash, ip) do update
set
  failure_count = case when f.window_ends_at <= $3 then 1 else f.failure_count + 1 end,
  window_ends_at = case when f.window_ends_at <= $3 then $4 else f.window_ends_at end
returning failure_count, window_ends_at
