-- Marks notifications of person $1 read at $3: those of $2, or all when it is null. The person's other open
-- pages are told ($4) when there were any.
with marked as (
  update notifications n
  set read_at = $3
  where n.recipient_id = $1
    and n.in_app
    and n.read_at is null
    and ($2::uuid[] is null or n.id = any($2))
  returning n.id
)
select pg_notify('leadhouse_changes', $4)
where exists (select from marked)
