-- Fields that administrators add to objects while the program runs. Each is a real column of the
-- object's table; this says what the column means. Not captured: the catalogue is made of it.

create table custom_fields (
  id uuid constraint custom_fields_pkey primary key,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- No foreign key: whoever added a field may be forgotten, the field stays.
  created_by uuid,
  object text not null,
  name text not null constraint custom_fields_name_form check (name ~ '^cf_[a-z0-9_]*[a-z0-9]$'),
  label text not null,
  help text not null,
  -- As the catalogue writes it: {"type": "text", "max_len": 200}.
  kind jsonb not null,
  searchable boolean not null,
  personal boolean not null,
  -- The row of a deleted field stays, so that its name is never given to another: files of the
  -- warehouse may still hold values under it.
  deleted_at timestamptz,
  constraint custom_fields_object_name_unique unique (object, name)
);
