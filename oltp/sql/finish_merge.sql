-- Ends the merge $1, which was written in the same transaction: $2 records, $3 links that stayed, the
-- result $4, at the moment $5.
update jobs
set state = 'done',
    attempt = 1,
    done = $2,
    total = $2,
    problems = $3,
    result = $4,
    started_at = created_at,
    finished_at = $5
where id = $1
