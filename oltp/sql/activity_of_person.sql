-- What the person $1 did and what happened to their account, newest first: entries of the security log
-- and changes of records by them, before the moment $2 (with source $3 and id $4 to go on within it);
-- at most $5 rows.
select activity.at, activity.source, activity.id, activity.event, activity.object, activity.record_id,
  activity.ip, activity.detail
from (
  select s.at, 'security' as source, s.id, s.event, null as object, null::uuid as record_id, s.ip, s.detail
  from security_log s
  where s.user_id = $1
  union all
  select a.at, 'record' as source, a.id, a.action as event, a.object, a.record_id, null as ip, null::jsonb as detail
  from audit_log a
  where a.actor_id = $1
) activity
where $2::timestamptz is null or (activity.at, activity.source, activity.id) < ($2, $3, $4)
order by activity.at desc, activity.source desc, activity.id desc
limit $5
