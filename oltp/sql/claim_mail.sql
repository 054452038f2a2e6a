-- Takes the mail to be sent next at $1; at most one row. One that was taken before $2 was left
-- behind by a sender that died.
update mails m
set claimed_at = $1, attempts = m.attempts + 1
from (
  select waiting.id
  from mails waiting
  where waiting.sent_at is null
    and waiting.failed_at is null
    and waiting.due_at <= $1
    and (waiting.claimed_at is null or waiting.claimed_at < $2)
  order by waiting.due_at, waiting.id
  limit 1
  for update skip locked
) next
where m.id = next.id
returning m.id, m.attempts as attempt, m.to_name as name, m.to_address as address, m.subject,
  m.body_text as text, m.body_html as html, m.reply_to_name, m.reply_to_address, m.unsubscribe_url
