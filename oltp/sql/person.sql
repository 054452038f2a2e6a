-- What decides about the view of the person $1; one row, or none when they are deleted.
-- colleague_ids: members of their team, of the teams they manage, and of all teams below. Former
-- members count too: what they own stays visible to the team.
-- role_base, role_definition: of a custom role; empty for presets and for a role that is not there.
-- works_on: records of others that they see, and those that they change, by object.
-- team_ids: their team, the teams they manage, and all teams above: what is shared with one of
-- these is shared with them.
with recursive team as (
  select t.id
  from teams t
  join users u on u.id = $1
  where (t.id = u.team_id or t.manager_id = u.id) and t.deleted_at is null
  union
  select t.id
  from teams t
  join team above on t.parent_id = above.id
  where t.deleted_at is null
),
membership as (
  select t.id, t.parent_id
  from teams t
  join users u on u.id = $1
  where (t.id = u.team_id or t.manager_id = u.id) and t.deleted_at is null
  union
  select t.id, t.parent_id
  from teams t
  join membership below on t.id = below.parent_id
  where t.deleted_at is null
)
select
  u.id,
  u.username,
  u.role,
  r.base as role_base,
  r.definition as role_definition,
  u.visibility,
  u.status,
  c.changed_at as password_changed_at,
  array(
    select member.id
    from users member
    where member.team_id in (select team.id from team)
  ) as colleague_ids,
  array(select membership.id from membership) as team_ids,
  (
    select coalesce(jsonb_object_agg(c.object, jsonb_build_object('read', c.read, 'write', c.write)), '{}')
    from (
      select
        w.object,
        jsonb_agg(w.record_id) as read,
        coalesce(jsonb_agg(w.record_id) filter (where w.access = 'write'), '[]') as write
      from collaborators w
      where w.user_id = u.id
      group by w.object
    ) c
  ) as works_on
from users u
left join user_credentials c on c.user_id = u.id
left join roles r on r.name = u.role and r.deleted_at is null
where u.id = $1 and u.deleted_at is null
