-- Asks the job $1 to stop at the moment $2: one that waits is over at once, one that runs ends after
-- its step.
update jobs
set cancel_requested = true,
    state = case state when 'queued' then 'cancelled' else state end,
    finished_at = case state when 'queued' then $2 else finished_at end
where id = $1 and state in ('queued', 'running')
