-- Notes that the erasure $1 was confirmed by $2, called $3, at $4, and that the job $5 does it.
update erasures
set state = 'confirmed',
    confirmed_by = $2,
    confirmed_by_name = $3,
    confirmed_at = $4,
    job_id = $5
where id = $1
