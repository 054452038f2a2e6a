-- Files attached to records. A document is a name in a folder of one record; each upload of it is a
-- version; versions of any document may share one stored file, because equal bytes are kept once.
--
-- These tables are not captured: whether somebody may see a document follows from its record at the
-- moment of asking, and the lake has no such rule.

-- One row per file in the store, or on its way in or out. The row is there before the bytes are and
-- until they are gone, so that a crash at any moment leaves a row to clean up by.
create table stored_files (
  id uuid constraint stored_files_pkey primary key,
  sha256 bytea not null constraint stored_files_sha256_length check (octet_length(sha256) = 32),
  size_bytes bigint not null constraint stored_files_size_bytes_not_negative check (size_bytes >= 0),
  stored_at timestamptz not null,
  -- When somebody last asked for these bytes to be kept; clean-up leaves fresh files alone.
  used_at timestamptz not null,
  -- Whether the bytes are all there.
  complete boolean not null default false,
  -- Set before the bytes are removed; such a file is never used again.
  doomed_at timestamptz
);

create unique index stored_files_sha256_unique on stored_files (sha256) where doomed_at is null;
create index stored_files_doomed_at_idx on stored_files (doomed_at) where doomed_at is not null;

create table documents (
  id uuid constraint documents_pkey primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  version bigint not null default 1 constraint documents_version_positive check (version > 0),
  -- The record it belongs to; no foreign key, because it may be of any object, custom ones included.
  object text not null,
  record_id uuid not null,
  name text not null constraint documents_name_length check (char_length(name) between 1 and 200),
  folder text not null default '' constraint documents_folder_length check (char_length(folder) <= 200),
  -- Holds personal data: hidden from roles that may not see personal fields.
  personal boolean not null default false,
  -- No foreign key: the document outlives the person.
  created_by uuid,
  created_by_name text not null
);

create unique index documents_name_unique on documents (object, record_id, folder, lower(name))
  where deleted_at is null;
create index documents_record_idx on documents (object, record_id, id);
create index documents_deleted_at_idx on documents (deleted_at) where deleted_at is not null;

create table document_versions (
  document_id uuid not null
    constraint document_versions_document_id_fkey references documents (id) on delete cascade,
  number bigint not null constraint document_versions_number_positive check (number > 0),
  -- Empty once the version was removed; then nothing of it but this line is left.
  file_id uuid constraint document_versions_file_id_fkey references stored_files (id) on delete restrict,
  file_name text not null,
  media_type text not null,
  size_bytes bigint not null,
  uploaded_at timestamptz not null,
  uploaded_by uuid,
  uploaded_by_name text not null,
  removed_at timestamptz,
  constraint document_versions_pkey primary key (document_id, number),
  constraint document_versions_file_until_removed check ((file_id is null) = (removed_at is not null))
);

create index document_versions_file_id_idx on document_versions (file_id) where file_id is not null;
