-- The columns that a constraint or a unique index of a table is about; one row per column.
-- Expression indexes such as lower(email) are followed through their dependencies.
select a.attname::text
from pg_constraint c
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
where c.conrelid = to_regclass(quote_ident($1)) and c.conname = $2
union
select a.attname::text
from pg_class i
join pg_index x on x.indexrelid = i.oid
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.oid
  and d.refclassid = 'pg_class'::regclass and d.refobjid = x.indrelid and d.refobjsubid > 0
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where x.indrelid = to_regclass(quote_ident($1)) and i.relname = $2
order by 1
