-- Notes at $2 that a call of the webhook $1 failed: it fails since now, or since before; what else is due
-- waits until $5 too, so that a dead receiver holds up no other. Switches it off when it failed since
-- before $3, or for the reason $4. Its owner finds a notice in the security log.
with noted as (
  update webhooks
  set
    failing_since = coalesce(failing_since, $2),
    active = active and $4::text is null and coalesce(failing_since, $2) >= $3,
    disabled_reason = case
      when $4::text is not null then $4
      when failing_since < $3 then 'Every call failed for three days.'
      else disabled_reason
    end
  where id = $1
  returning id, owner_id, active, disabled_reason
),
paused as (
  update webhook_deliveries d
  set next_at = greatest(d.next_at, $5)
  from noted n
  where d.webhook_id = n.id and d.status = 'pending'
)
insert into security_log (at, event, user_id, detail)
select $2, 'webhook_disabled', n.owner_id, jsonb_build_object('webhook_id', n.id, 'reason', n.disabled_reason)
from noted n
where not n.active
