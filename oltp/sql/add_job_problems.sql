-- Adds the problems $2 to those of the job $1, as long as there are no more than $3.
insert into job_problems (job_id, position, object, record_id, code, message)
select
  $1,
  kept.most + e.at,
  e.problem ->> 'object',
  (e.problem ->> 'record_id')::uuid,
  e.problem ->> 'code',
  e.problem ->> 'message'
from jsonb_array_elements($2) with ordinality as e (problem, at)
cross join (select coalesce(max(position), 0) as most from job_problems where job_id = $1) kept
where kept.most + e.at <= $3
