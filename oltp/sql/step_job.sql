-- Stores how far the job $1 is in its attempt $2: $3 done, $4 in all, $5 more problems, heard of at $6, with the
-- result $7 so far.
update jobs
set done = $3,
    total = coalesce($4, total),
    problems = problems + $5,
    heartbeat_at = $6,
    result = coalesce($7, result)
where id = $1 and attempt = $2 and state = 'running'
