-- Every version of the document $1, newest first; one row per version, removed ones without a hash.
select
  v.number,
  v.file_name,
  v.media_type,
  v.size_bytes,
  encode(f.sha256, 'hex') as sha256,
  v.uploaded_at,
  v.uploaded_by,
  v.uploaded_by_name,
  v.removed_at
from document_versions v
left join stored_files f on f.id = v.file_id
where v.document_id = $1
order by v.number desc
