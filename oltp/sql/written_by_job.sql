-- Makes the records that the job $2 wrote, as the audit log knows under the source $3, those of the
-- job $1, the latest first.
insert into job_records (job_id, position, object, record_id)
select $1, row_number() over (order by max(a.id) desc), a.object, a.record_id
from jobs j
join audit_log a on a.at >= j.started_at and a.at <= j.finished_at and a.source = $3
where j.id = $2 and a.record_id is not null
group by a.object, a.record_id
