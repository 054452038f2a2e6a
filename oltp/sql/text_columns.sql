-- Columns that hold text, in tables of this schema but $1; one row per column: its table and name, what
-- kind of text it is, and whether the table counts the versions of its rows.
select
  c.table_name::text as "table",
  c.column_name::text as name,
  c.udt_name::text as kind,
  exists (
    select 1
    from information_schema.columns v
    where v.table_schema = c.table_schema
      and v.table_name = c.table_name
      and v.column_name = 'version'
  ) and exists (
    select 1
    from information_schema.columns v
    where v.table_schema = c.table_schema
      and v.table_name = c.table_name
      and v.column_name = 'updated_at'
  ) as versioned
from information_schema.columns c
join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = current_schema()
  and t.table_type = 'BASE TABLE'
  and c.udt_name in ('text', 'varchar', 'jsonb', '_text')
  and c.is_generated = 'NEVER'
  and c.table_name <> all($1)
  and left(c.table_name, 1) <> '_'
order by 1, c.ordinal_position
