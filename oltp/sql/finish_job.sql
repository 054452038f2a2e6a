-- Ends the job $1 in its attempt $2: state $3, message $4, result $5 unless null, at the moment $6.
update jobs
set state = $3,
    message = $4,
    result = coalesce($5, result),
    finished_at = $6
where id = $1 and attempt = $2 and state = 'running'
