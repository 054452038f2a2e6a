-- The rule of the run $1, which is locked while it is made; none when somebody else makes it since attempt $2.
select w.name, w.conditions, w.actions, w.author_id, w.active and w.deleted_at is null as active
from workflow_runs r
join workflow_rules w on w.id = r.rule_id
where r.id = $1 and r.status = 'waiting' and r.attempts = $2
for update of r
