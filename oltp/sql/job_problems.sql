-- Problems of the job $1 after the position $2, at most $3.
select position, object, record_id, code, message
from job_problems
where job_id = $1 and position > $2
order by position
limit $3
