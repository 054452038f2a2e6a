-- Tasks remind their owner once, whatever stops and starts in between; what concerns a person is told
-- to them in their inbox and, if they like, by mail. None of these tables is an object: a notification is
-- its recipient's alone, and the rest is a queue.

alter table tasks
  add column remind_at timestamptz,
  add column repeat_every text
    constraint tasks_repeat_every_known check (repeat_every in ('day', 'week', 'month')),
  -- The task that followed this one: it keeps a repeated task from being continued twice.
  add column next_task_id uuid constraint tasks_next_task_id_fkey references tasks (id) on delete set null;

create index tasks_next_task_id_idx on tasks (next_task_id) where next_task_id is not null;

-- One row per task and kind: a reminder at the moment the owner chose, an appointment a quarter of an
-- hour before a meeting or demo begins.
create table reminders (
  task_id uuid not null constraint reminders_task_id_fkey references tasks (id) on delete cascade,
  kind text not null constraint reminders_kind_known check (kind in ('reminder', 'appointment')),
  due_at timestamptz not null,
  fired_at timestamptz,
  constraint reminders_pkey primary key (task_id, kind)
);

create index reminders_waiting_idx on reminders (due_at) where fired_at is null;

-- Whoever writes tasks, by hand, in bulk or by an import, keeps the reminders. A reminder that is moved
-- fires again; one whose task is done, gone or without a time does not fire.
create function keep_reminders() returns trigger language plpgsql as $$
begin
  insert into reminders (task_id, kind, due_at)
  select wanted.id, wanted.kind, wanted.due_at
  from (
    select id, 'reminder' as kind, remind_at as due_at, status, deleted_at from written
    union all
    select id, 'appointment', due_at - interval '15 minutes', status, deleted_at
    from written
    where kind in ('meeting', 'demo')
  ) as wanted
  where wanted.due_at is not null
    and wanted.status in ('open', 'in_progress')
    and wanted.deleted_at is null
  on conflict (task_id, kind) do update
  set due_at = excluded.due_at,
      fired_at = case when reminders.due_at = excluded.due_at then reminders.fired_at end;

  delete from reminders as kept
  using written as task
  where kept.task_id = task.id
    and kept.fired_at is null
    and (
      task.status not in ('open', 'in_progress')
      or task.deleted_at is not null
      or kept.kind = 'reminder' and task.remind_at is null
      or kept.kind = 'appointment' and (task.due_at is null or task.kind not in ('meeting', 'demo'))
    );
  return null;
end $$;

create trigger tasks_new_reminders after insert on tasks
  referencing new table as written for each statement execute function keep_reminders();
create trigger tasks_changed_reminders after update on tasks
  referencing new table as written for each statement execute function keep_reminders();

create table notifications (
  id uuid constraint notifications_pkey primary key,
  recipient_id uuid not null
    constraint notifications_recipient_id_fkey references users (id) on delete cascade,
  at timestamptz not null,
  kind text not null
    constraint notifications_kind_known
    check (kind in ('assignment', 'new_lead', 'deal_stage', 'reminder', 'appointment', 'mention', 'followed')),
  title text not null,
  -- What it is about; no foreign key, because it may be any object.
  object text,
  record_id uuid,
  actor_name text,
  -- The message it was made from: told again, it is not made again.
  outbox_id bigint not null,
  in_app boolean not null,
  read_at timestamptz,
  -- Empty when no mail is wanted; equal moments of one person go into one mail.
  mail_at timestamptz,
  mailed_at timestamptz,
  constraint notifications_once unique (recipient_id, outbox_id, kind)
);

create index notifications_inbox_idx on notifications (recipient_id, at desc, id desc) where in_app;
create index notifications_unread_idx on notifications (recipient_id) where in_app and read_at is null;
create index notifications_mail_idx on notifications (mail_at) where mail_at is not null and mailed_at is null;
create index notifications_at_idx on notifications (at);

-- What a person wants to hear of, where it differs from the usual.
create table notification_preferences (
  user_id uuid not null
    constraint notification_preferences_user_id_fkey references users (id) on delete cascade,
  kind text not null
    constraint notification_preferences_kind_known
    check (kind in ('assignment', 'new_lead', 'deal_stage', 'reminder', 'appointment', 'mention', 'followed')),
  in_app boolean not null,
  mail text not null constraint notification_preferences_mail_known check (mail in ('off', 'at_once', 'daily')),
  constraint notification_preferences_pkey primary key (user_id, kind)
);
