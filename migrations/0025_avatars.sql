-- Pictures of people that they upload themselves; the field profile_picture says where one is. Small
-- enough to live beside the person, and of no use to analysis, so not captured.
create table avatars (
  user_id uuid constraint avatars_pkey primary key
    constraint avatars_user_id_fkey references users (id) on delete cascade,
  media_type text not null
    constraint avatars_media_type_known check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
  bytes bytea not null constraint avatars_bytes_limit check (octet_length(bytes) between 1 and 524288),
  updated_at timestamptz not null
);
