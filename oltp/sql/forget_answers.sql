-- Forgets answers that are kept for repetition and hold one of the patterns $1.
delete from idempotency_keys
where encode(body, 'escape') ilike any($1)
  or headers::text ilike any($1)
