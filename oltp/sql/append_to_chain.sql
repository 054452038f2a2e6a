-- Appends links to the chain at $5: their positions $1, entries $2, entry hashes $3 and chain hashes $4.
insert into audit_chain (position, entry_id, entry_hash, chain_hash, sealed_at)
select l.position, l.entry_id, l.entry_hash, l.chain_hash, $5
from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) as l (position, entry_id, entry_hash, chain_hash)
