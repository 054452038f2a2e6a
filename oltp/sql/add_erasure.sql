-- Stores the request $1 made at $2 about the record $4 of the object $3, with its matches $5, the reason
-- $6, who asked ($7, $8) and what there was ($9).
insert into erasures (
  id, created_at, object, record_id, include_matches, reason, requested_by, requested_by_name, preview
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
