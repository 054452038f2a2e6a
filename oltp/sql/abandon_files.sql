-- Gives up the files of the documents $1, so that clean-up need not wait for their usual age; one row per
-- file: its id and its SHA-256.
update stored_files f
set used_at = '-infinity'
where f.id in (
  select v.file_id
  from document_versions v
  where v.document_id = any($1)
)
returning f.id, f.sha256
