-- Objects that administrators add while the program runs. Each is a real table made like those of the
-- standard objects; this says what it is called. Not captured: the catalogue is made of it.

create table custom_objects (
  id uuid constraint custom_objects_pkey primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- No foreign key: whoever added an object may be forgotten, the object stays.
  created_by uuid,
  name text not null
    constraint custom_objects_name_form check (name ~ '^co_[a-z0-9_]+$')
    constraint custom_objects_name_unique unique,
  table_name text not null
    constraint custom_objects_table_name_form check (table_name ~ '^co_[a-z0-9_]+$')
    constraint custom_objects_table_name_unique unique,
  label text not null,
  plural_label text not null,
  -- The row of a deleted object stays, so that its names are never given to another: the audit log
  -- and files of the warehouse may still speak of it.
  deleted_at timestamptz
);
