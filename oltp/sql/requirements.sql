-- What the server offers and what this person may do; one row.
select
  current_setting('server_version_num')::int4 as version_num,
  current_setting('server_version') as version,
  current_setting('server_encoding') as encoding,
  pg_is_in_recovery() as standby,
  current_setting('wal_level') as wal_level,
  exists (
    select 1
    from pg_roles r
    where r.rolname = current_user and (r.rolsuper or r.rolreplication)
  ) or exists (
    -- Managed services hand out the privilege through a role of their own.
    select 1
    from pg_roles r
    where r.rolname in ('rds_replication', 'azure_pg_admin', 'cloudsqlreplica')
      and pg_has_role(current_user, r.oid, 'member')
  ) as may_replicate,
  has_database_privilege(current_user, current_database(), 'create')
    and has_schema_privilege(current_user, 'public', 'create') as may_create,
  (select count(*) from pg_replication_slots) as slots_used,
  current_setting('max_replication_slots')::bigint as slots,
  (select count(*) from pg_stat_replication) as senders_used,
  current_setting('max_wal_senders')::bigint as senders
