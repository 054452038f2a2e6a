-- Writes notification $1 for $2: $3 when, $4 its kind, $5 what it says, $6 and $7 the record, $8 who did it,
-- $9 the message, $10 whether it is shown in the inbox, $11 when it goes out by mail. The recipient's
-- open pages are told ($12) when the transaction commits.
with written as (
  insert into notifications
    (id, recipient_id, at, kind, title, object, record_id, actor_name, outbox_id, in_app, mail_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict on constraint notifications_once do nothing
  returning in_app
)
select pg_notify('leadhouse_changes', $12)
from written
where written.in_app
