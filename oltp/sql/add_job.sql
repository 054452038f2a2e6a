-- Adds the job $1: kind, title, object, author, parameters, the job it takes back, until when it can
-- be taken back itself, and the moment.
insert into jobs (id, kind, title, object, requested_by, parameters, undoes, undo_until, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
