-- Ends the erasure $1, completely if $2, with what was found afterwards ($3), at $4, with the proof $5 and
-- the reason $6. Whom it was about is forgotten once nothing is left.
update erasures
set state = case when $2 then 'done' else 'incomplete' end,
    remains = $3,
    finished_at = $4,
    proof = $5,
    reason = $6,
    subject = case when $2 then null else subject end
where id = $1
