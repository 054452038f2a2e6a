-- Marks files that no version refers to and nobody asked for since $1, at most $3 of them, at $2.
-- A file that is asked for again meanwhile has a younger used_at and is spared.
update stored_files f
set doomed_at = $2
where f.id in (
    select c.id
    from stored_files c
    where c.doomed_at is null
      and c.used_at < $1
      and not exists (select 1 from document_versions v where v.file_id = c.id)
    limit $3
    for update skip locked
  )
  and f.doomed_at is null
  and f.used_at < $1
