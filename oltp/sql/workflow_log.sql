-- Runs of the rule $1, newest first, below the moment $2 and id $3; at most $4 rows.
select r.id, r.object, r.record_id, r.created_at, r.status, r.outcome, r.error
from workflow_runs r
where r.rule_id = $1
  and ($2::timestamptz is null or (r.created_at, r.id) < ($2, $3))
order by r.created_at desc, r.id desc
limit $4
