-- When something is to be done next about a lead, contact, company or deal: the earliest due task
-- about it that is not done. Lists sort by it (overdue first) over millions of rows, so it is a
-- column with an index, kept by triggers whoever writes tasks. The row's version stays, because
-- nobody changed the record itself.

alter table leads add column follow_up_at timestamptz;
alter table contacts add column follow_up_at timestamptz;
alter table companies add column follow_up_at timestamptz;
alter table deals add column follow_up_at timestamptz;

create index leads_follow_up_idx on leads (follow_up_at, id);
create index contacts_follow_up_idx on contacts (follow_up_at, id);
create index companies_follow_up_idx on companies (follow_up_at, id);
create index deals_follow_up_idx on deals (follow_up_at, id);

-- Brings the column up to date for the records that tasks were, or are, about. Rows are locked in
-- the order of their ids, so that two statements never wait for each other.
create function refresh_follow_ups(lead_ids uuid[], contact_ids uuid[], company_ids uuid[], deal_ids uuid[])
returns void language plpgsql as $$
begin
  if lead_ids is not null then
    perform 1 from leads where id = any (lead_ids) order by id for no key update;
    update leads as record
    set follow_up_at = next.due_at
    from (
      select about.id, min(task.due_at) as due_at
      from unnest(lead_ids) as about(id)
      left join tasks as task
        on task.lead_id = about.id and task.status in ('open', 'in_progress') and task.deleted_at is null
      group by about.id
    ) as next
    where record.id = next.id and record.follow_up_at is distinct from next.due_at;
  end if;
  if contact_ids is not null then
    perform 1 from contacts where id = any (contact_ids) order by id for no key update;
    update contacts as record
    set follow_up_at = next.due_at
    from (
      select about.id, min(task.due_at) as due_at
      from unnest(contact_ids) as about(id)
      left join tasks as task
        on task.contact_id = about.id and task.status in ('open', 'in_progress') and task.deleted_at is null
      group by about.id
    ) as next
    where record.id = next.id and record.follow_up_at is distinct from next.due_at;
  end if;
  if company_ids is not null then
    perform 1 from companies where id = any (company_ids) order by id for no key update;
    update companies as record
    set follow_up_at = next.due_at
    from (
      select about.id, min(task.due_at) as due_at
      from unnest(company_ids) as about(id)
      left join tasks as task
        on task.company_id = about.id and task.status in ('open', 'in_progress') and task.deleted_at is null
      group by about.id
    ) as next
    where record.id = next.id and record.follow_up_at is distinct from next.due_at;
  end if;
  if deal_ids is not null then
    perform 1 from deals where id = any (deal_ids) order by id for no key update;
    update deals as record
    set follow_up_at = next.due_at
    from (
      select about.id, min(task.due_at) as due_at
      from unnest(deal_ids) as about(id)
      left join tasks as task
        on task.deal_id = about.id and task.status in ('open', 'in_progress') and task.deleted_at is null
      group by about.id
    ) as next
    where record.id = next.id and record.follow_up_at is distinct from next.due_at;
  end if;
end $$;

create function follow_up_on_new_tasks() returns trigger language plpgsql as $$
begin
  perform refresh_follow_ups(
    (select array_agg(distinct lead_id) from written where lead_id is not null and due_at is not null),
    (select array_agg(distinct contact_id) from written where contact_id is not null and due_at is not null),
    (select array_agg(distinct company_id) from written where company_id is not null and due_at is not null),
    (select array_agg(distinct deal_id) from written where deal_id is not null and due_at is not null));
  return null;
end $$;

create function follow_up_on_changed_tasks() returns trigger language plpgsql as $$
begin
  perform refresh_follow_ups(
    (select array_agg(distinct lead_id) from (select lead_id from written union select lead_id from replaced) as t
     where lead_id is not null),
    (select array_agg(distinct contact_id)
     from (select contact_id from written union select contact_id from replaced) as t where contact_id is not null),
    (select array_agg(distinct company_id)
     from (select company_id from written union select company_id from replaced) as t where company_id is not null),
    (select array_agg(distinct deal_id) from (select deal_id from written union select deal_id from replaced) as t
     where deal_id is not null));
  return null;
end $$;

create function follow_up_on_removed_tasks() returns trigger language plpgsql as $$
begin
  perform refresh_follow_ups(
    (select array_agg(distinct lead_id) from replaced where lead_id is not null),
    (select array_agg(distinct contact_id) from replaced where contact_id is not null),
    (select array_agg(distinct company_id) from replaced where company_id is not null),
    (select array_agg(distinct deal_id) from replaced where deal_id is not null));
  return null;
end $$;

create trigger tasks_follow_up_inserted after insert on tasks
  referencing new table as written for each statement execute function follow_up_on_new_tasks();
create trigger tasks_follow_up_updated after update on tasks
  referencing old table as replaced new table as written
  for each statement execute function follow_up_on_changed_tasks();
create trigger tasks_follow_up_deleted after delete on tasks
  referencing old table as replaced for each statement execute function follow_up_on_removed_tasks();

-- What there is already.
select refresh_follow_ups(
  (select array_agg(distinct lead_id) from tasks where lead_id is not null and due_at is not null),
  (select array_agg(distinct contact_id) from tasks where contact_id is not null and due_at is not null),
  (select array_agg(distinct company_id) from tasks where company_id is not null and due_at is not null),
  (select array_agg(distinct deal_id) from tasks where deal_id is not null and due_at is not null));
