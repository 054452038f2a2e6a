-- Requests to be forgotten, newest first: the one with id $1, or at most $2 of all.
select
  e.id,
  e.object,
  e.record_id,
  e.include_matches,
  e.reason,
  e.state,
  e.requested_by_name,
  e.created_at,
  e.confirmed_by_name,
  e.confirmed_at,
  e.finished_at,
  e.job_id,
  j.state as job_state,
  j.message as job_message,
  j.done as job_done,
  j.total as job_total,
  e.preview,
  e.places,
  e.remains,
  e.proof
from erasures e
left join jobs j on j.id = e.job_id
where $1::uuid is null or e.id = $1
order by e.created_at desc, e.id desc
limit $2
