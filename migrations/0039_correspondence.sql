-- Mail that people write to customers: it goes through the queue of mail, with the writer as whom to answer,
-- and what became of it is noted on its activity. Customers say how they want to be reached.

alter table leads
  add column marketing_consent text
    constraint leads_marketing_consent_known check (marketing_consent in ('given', 'withdrawn'));
alter table contacts
  add column marketing_consent text
    constraint contacts_marketing_consent_known check (marketing_consent in ('given', 'withdrawn')),
  add column preferred_channel text
    constraint contacts_preferred_channel_known check (preferred_channel in ('email', 'call', 'sms', 'post'));

alter table mails
  -- Whom the recipient answers; empty for what the program itself writes.
  add column reply_to_name text,
  add column reply_to_address text,
  -- Where the recipient says that they want no more of this; in mail to many only.
  add column unsubscribe_url text,
  -- What became of it is noted there; no foreign key, because an activity may go for good.
  add column activity_id uuid;
