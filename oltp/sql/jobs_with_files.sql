-- Whose files are kept: jobs that have not ended or ended after $1, and uploads made after it.
select id
from jobs
where finished_at is null or finished_at > $1
union all
select id
from import_files
where created_at > $1
