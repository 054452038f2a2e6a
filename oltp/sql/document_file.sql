-- The file of version $2 of the document $1, or of its newest version; one row, or none.
select
  v.number,
  f.id as file_id,
  v.media_type,
  v.size_bytes,
  encode(f.sha256, 'hex') as sha256
from document_versions v
join stored_files f on f.id = v.file_id
where v.document_id = $1
  and ($2::bigint is null or v.number = $2)
order by v.number desc
limit 1
