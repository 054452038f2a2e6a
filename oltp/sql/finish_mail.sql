-- Stores what became of the attempt $2 at the mail $1: sent at $3, given up at $4, or to be tried
-- again at $6 as attempt $7 + 1; $5 says why. No row when another sender has taken it since.
-- Answers the activity that the mail is, if it is one.
-- What is done is no longer known: its text may hold a link that opens an account.
update mails
set
  claimed_at = null,
  sent_at = $3::timestamptz,
  failed_at = $4::timestamptz,
  error = $5,
  due_at = coalesce($6, due_at),
  attempts = $7,
  body_text = case when $3::timestamptz is null and $4::timestamptz is null then body_text else '' end,
  body_html = case when $3::timestamptz is null and $4::timestamptz is null then body_html else '' end
where id = $1 and attempts = $2 and claimed_at is not null
returning activity_id
