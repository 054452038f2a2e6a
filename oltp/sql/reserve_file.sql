-- Asks for a file with the hash $2 and $3 bytes to be kept, under the id $1 unless there is one already;
-- one row: its id, and whether its bytes are there. $4 the moment.
insert into stored_files as f (id, sha256, size_bytes, stored_at, used_at)
values ($1, $2, $3, $4, $4)
on conflict (sha256) where doomed_at is null do update
set used_at = greatest(f.used_at, excluded.used_at)
returning f.id, f.complete
