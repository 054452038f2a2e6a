-- What looks unusual from $1 to $2; one row per kind and person or address, newest first.
-- many_failures: $3 or more refused sign-ins from one address, or of one account, within an hour.
-- new_address: a sign-in from an address that the person never used before, though they used others.
-- many_exports: more than $4 downloads and exports of one person in a day, and five times their usual
-- day of the thirty before.
with failures as (
  select s.ip, s.user_id, s.at, date_trunc('hour', s.at) as hour
  from security_log s
  where s.at >= $1 and s.at < $2 and s.event in ('login_failed', 'login_throttled')
),
failing as (
  select 'many_failures' as kind, max(f.at) as at, null::uuid as user_id, f.ip, count(*) as occurrences
  from failures f
  where f.ip is not null
  group by f.ip, f.hour
  having count(*) >= $3
  union all
  select 'many_failures', max(f.at), f.user_id, null, count(*)
  from failures f
  where f.user_id is not null
  group by f.user_id, f.hour
  having count(*) >= $3
),
moving as (
  select 'new_address' as kind, min(s.at) as at, s.user_id, s.ip, count(*) as occurrences
  from security_log s
  where s.at >= $1 and s.at < $2 and s.event = 'logged_in' and s.user_id is not null
    and not exists (
      select 1
      from security_log b
      where b.user_id = s.user_id and b.event = 'logged_in' and b.ip = s.ip and b.at < $1
    )
    and exists (select 1 from security_log b where b.user_id = s.user_id and b.event = 'logged_in' and b.at < $1)
  group by s.user_id, s.ip
),
taken as (
  select a.actor_id, a.at, a.at >= $2 - interval '1 day' as recent
  from audit_log a
  where a.at >= $2 - interval '31 days' and a.at < $2 and a.actor_id is not null
    and a.action in ('download', 'export')
),
exporting as (
  select 'many_exports' as kind, max(t.at) as at, t.actor_id as user_id, null::text as ip,
    count(*) filter (where t.recent) as occurrences
  from taken t
  group by t.actor_id
  having count(*) filter (where t.recent) > $4
    and count(*) filter (where t.recent) > 5 * count(*) filter (where not t.recent) / 30.0
)
select f.kind, f.at, f.user_id, u.username, f.ip, f.occurrences
from (
  select * from failing
  union all
  select * from moving
  union all
  select * from exporting
) f
left join users u on u.id = f.user_id
order by f.at desc
limit 200
