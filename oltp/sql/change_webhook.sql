-- Changes the webhook $1 at $2: name $3, address $4, events $5, owner $6, whether it is active $7; null keeps.
-- Switched on again, it has not failed yet.
update webhooks
set
  updated_at = $2,
  name = coalesce($3, name),
  url = coalesce($4, url),
  events = coalesce($5, events),
  owner_id = coalesce($6, owner_id),
  active = coalesce($7, active),
  failing_since = case when $7 then null else failing_since end,
  disabled_reason = case when $7 then null else disabled_reason end
where id = $1
