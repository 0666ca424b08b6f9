-- Contacts, conversations, messages and the event log.

create table contacts (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  contact_id uuid not null,
  first_name text,
  last_name  text,
  name       text generated always as
    (nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), '')) stored,
  phone      text collate "C" check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  email      text,
  tags       text[] not null default '{}',
  lead_type  text,
  stage      text,
  source     text,
  state      text,
  time_zone  text,
  fields     jsonb not null default '{}',
  version    integer not null default 1,
  created_at timestamptz not null default moment(),
  updated_at timestamptz not null default moment(),
  primary key (tenant_id, contact_id),
  unique (tenant_id, phone)
);
call secure_tenant_table('contacts');

create table conversations (
  tenant_id           text collate "C" not null,
  conversation_id     uuid not null,
  contact_id          uuid not null,
  channel             text not null,
  sender_id           uuid,
  state               text not null default 'inbox' check (state in ('inbox', 'waiting', 'closed')),
  assignee_id         text collate "C",
  unread              integer not null default 0 check (unread >= 0),
  last_message_id     uuid,
  last_message_at     timestamptz not null default moment(),
  -- a free text that may mean "stop" and that an agent has not judged yet
  possible_opt_out_id uuid,
  created_at          timestamptz not null default moment(),
  primary key (tenant_id, conversation_id),
  unique (tenant_id, contact_id, channel),
  foreign key (tenant_id, contact_id) references contacts on delete cascade,
  foreign key (tenant_id, sender_id) references senders
);
create index conversations_by_state on conversations (tenant_id, state, last_message_at desc, conversation_id desc);
create index conversations_recent on conversations (tenant_id, last_message_at desc, conversation_id desc);
create index conversations_unread on conversations (tenant_id) where unread > 0;
call secure_tenant_table('conversations');

create table messages (
  tenant_id       text collate "C" not null,
  message_id      uuid not null,
  conversation_id uuid not null,
  contact_id      uuid not null,
  sender_id       uuid not null,
  channel         text not null,
  direction       text not null check (direction in ('inbound', 'outbound')),
  status          text not null,
  -- a callback may only raise it; the order is that of MESSAGE_STATUSES in contract/names.ts
  status_rank     smallint not null generated always as (case status
    when 'received' then 0 when 'queued' then 1 when 'canceled' then 2 when 'sending' then 3 when 'sent' then 4
    when 'failed' then 5 when 'undelivered' then 6 when 'delivered' then 7 when 'read' then 8 end) stored,
  -- counts Retries; callbacks of an earlier attempt no longer speak for the message
  attempt         smallint not null default 1,
  -- counts automatic tries after refusals that may pass
  tries           smallint not null default 0,
  origin          text not null,
  purpose         text not null default 'conversation',
  body            text not null,
  media           jsonb not null default '[]',
  from_address    text collate "C" not null,
  to_address      text collate "C" not null,
  segments        smallint not null,
  author_id       text collate "C",
  author_name     text,
  carrier_sid     text collate "C",
  -- sids of earlier attempts, so that the reconciler does not take them for the lost one
  past_sids       text[] not null default '{}',
  error_code      text,
  error_reason    text,
  -- whether trying again could help; null: nobody said no
  error_final     boolean,
  -- send_at is what a person asked for, due_at what the rules made of it. Not null while there is something to do: to
  -- send a queued message, or to try a failed one again by itself
  send_at         timestamptz,
  due_at          timestamptz,
  hold_reason     text,
  claimed_at      timestamptz,
  lease_until     timestamptz,
  created_at      timestamptz not null default moment(),
  sent_at         timestamptz,
  delivered_at    timestamptz,
  read_at         timestamptz,
  primary key (tenant_id, message_id),
  foreign key (tenant_id, conversation_id) references conversations on delete cascade
);
create index messages_thread on messages (tenant_id, conversation_id, created_at desc, message_id desc);
-- the same inbound text twice is one message; a carrier's sid belongs to one outbound message
create unique index messages_carrier_sid on messages (tenant_id, carrier_sid) where carrier_sid is not null;
-- in the order of the claim, to the last column: thousands that are due at one moment must not be sorted for each batch
create index messages_due on messages (tenant_id, sender_id, status, due_at, message_id) where due_at is not null;
create index messages_in_flight on messages (tenant_id, sender_id, lease_until) where status = 'sending';
call secure_tenant_table('messages');

create table quick_replies (
  tenant_id      text collate "C" not null references tenants on delete cascade,
  quick_reply_id uuid not null,
  shortcut       text not null,
  title          text not null,
  body           text not null,
  primary key (tenant_id, quick_reply_id),
  unique (tenant_id, shortcut)
);
call secure_tenant_table('quick_replies');

-- The event log. Positions are drawn before their transactions commit, so they become visible out of order; a reader
-- that remembered only the last position would skip some. `tx` is the writing transaction: everything below the oldest
-- running transaction (pg_snapshot_xmin) is final, and that is what a cursor stores.
create table events (
  tenant_id       text collate "C" not null,
  tx              xid8 not null default pg_current_xact_id(),
  position        bigint generated always as identity,
  event_id        uuid not null,
  type            text not null,
  contact_id      uuid,
  conversation_id uuid,
  message_id      uuid,
  actor           jsonb,
  data            jsonb not null default '{}',
  occurred_at     timestamptz not null default moment(),
  primary key (tenant_id, tx, position)
);
call secure_tenant_table('events');
-- append-only for the app
revoke update, delete on events from :app_role;
-- the pills of a thread; messages are read from their own table
create index events_in_thread on events (tenant_id, conversation_id, occurred_at)
  where conversation_id is not null and message_id is null;

create table idempotency_keys (
  tenant_id    text collate "C" not null,
  key          text collate "C" not null,
  request_hash text not null,
  status       smallint,
  body         jsonb,
  created_at   timestamptz not null default moment(),
  primary key (tenant_id, key)
);
call secure_tenant_table('idempotency_keys');
