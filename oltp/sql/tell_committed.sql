-- Tells every server of the workspace the notices $2 of the transactions $1, those that are committed;
-- one row per notice: how its transaction stands, null when that is long past. Whether this statement
-- itself survives a power cut does not matter, so it does not wait for the disk.
with quick as (
  select set_config('synchronous_commit', 'off', true) as setting
)
select
  n.state
, case when n.state = 'committed' then pg_notify('leadhouse_changes', n.notice)::text end
from (
  select w.notice, pg_xact_status(w.tx::xid8) as state
  from quick
  cross join unnest($1::text[], $2::text[]) as w (tx, notice)
  where quick.setting = 'off'
) n
