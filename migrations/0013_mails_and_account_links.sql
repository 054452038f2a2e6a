-- Mail that the program itself writes to people, and the links in it by which they prove that an
-- address is theirs. Neither is an object: a mail may hold a link that opens an account, so nothing
-- here is captured.

-- One row per mail. Until it is sent the row is the queue; afterwards it only says what became of it.
create table mails (
  id uuid constraint mails_pkey primary key,
  -- What the mail is about, such as `reset:<id of the link>`: asked for twice, it goes out once.
  idempotency_key text not null constraint mails_idempotency_key_unique unique,
  to_name text not null,
  to_address text not null,
  subject text not null,
  -- Emptied when the mail is sent or given up.
  body_text text not null constraint mails_body_text_limit check (octet_length(body_text) <= 1000000),
  body_html text not null constraint mails_body_html_limit check (octet_length(body_html) <= 1000000),
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempts bigint not null default 0 constraint mails_attempts_range check (attempts between 0 and 1000),
  -- Set while a sender has it.
  claimed_at timestamptz,
  sent_at timestamptz,
  failed_at timestamptz,
  error text
);

create index mails_waiting_idx on mails (due_at, id) where sent_at is null and failed_at is null;
create index mails_done_idx on mails (coalesce(sent_at, failed_at)) where sent_at is not null or failed_at is not null;

-- One row per link; only the SHA-256 of its token is kept, so a copy of this table opens nothing.
create table account_links (
  id uuid constraint account_links_pkey primary key,
  token_hash bytea not null
    constraint account_links_token_hash_unique unique
    constraint account_links_token_hash_sha256 check (octet_length(token_hash) = 32),
  user_id uuid not null constraint account_links_user_id_fkey references users (id) on delete cascade,
  purpose text not null constraint account_links_purpose_known check (purpose in ('confirm', 'invite', 'reset')),
  -- Where it was sent: it proves this address and no other, and counts only while the person has it.
  email text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create index account_links_user_id_idx on account_links (user_id);
create index account_links_expires_at_idx on account_links (expires_at);

-- Addresses that were proved. One row per person: the address that they last proved, in lower case.
create table confirmed_emails (
  user_id uuid constraint confirmed_emails_pkey primary key
    constraint confirmed_emails_user_id_fkey references users (id) on delete cascade,
  email text not null,
  confirmed_at timestamptz not null
);

-- Whoever registered where addresses must be proved first cannot sign in before they did.
alter table user_credentials add column waits_for_confirmation boolean not null default false;
