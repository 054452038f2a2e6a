-- The versions of the documents $1, in order, with where their bytes are; one row per version.
select
  d.id as document_id,
  d.name,
  v.number,
  v.file_id,
  v.file_name,
  v.media_type,
  v.size_bytes,
  v.uploaded_at,
  encode(f.sha256, 'hex') as sha256
from documents d
join document_versions v on v.document_id = d.id
left join stored_files f on f.id = v.file_id
where d.id = any($1)
order by d.id, v.number
