-- Calls, in and out. One row a call, whatever it does on its way; its status only moves forward.

-- Where a member's phone rings; the host says it.
alter table members add column phone text collate "C" check (phone ~ '^\+[1-9][0-9]{6,14}$');
-- Where calls to this number ring when the caller's own member has no phone; null: nowhere.
alter table senders add column forward_to text collate "C" check (forward_to ~ '^\+[1-9][0-9]{6,14}$');

create table calls (
  tenant_id       text collate "C" not null,
  call_id         uuid not null,
  contact_id      uuid not null,
  conversation_id uuid,
  sender_id       uuid not null,
  -- the carrier's account that it leaves from: its pace is the account's
  account_sid     text collate "C" not null,
  direction       text not null check (direction in ('inbound', 'outbound')),
  -- a `call` connects two people, a `voicemail` is left by us
  kind            text not null check (kind in ('call', 'voicemail')),
  status          text not null,
  -- a callback may only raise it; the order is that of CALL_STATUSES in contract/names.ts
  status_rank     smallint not null generated always as (case status
    when 'queued' then 0 when 'canceled' then 1 when 'placing' then 2 when 'placed' then 3 when 'ringing' then 4
    when 'in_progress' then 5 when 'ended' then 6 when 'completed' then 7 end) stored,
  disposition     text,
  purpose         text not null default 'conversation',
  -- who calls whom; an outbound call of the kind `call` rings `member_phone` first
  from_address    text collate "C" not null,
  to_address      text collate "C" not null,
  -- who talks, and where their phone rings first (outbound) or then (inbound)
  member_id       text collate "C",
  member_phone    text collate "C",
  whisper         text,
  asset_id        uuid,
  if_answered     text check (if_answered in ('hang_up', 'play')),
  -- the step that wanted it: asked twice, it is one call
  enrollment_id   uuid,
  ordinal         integer,
  carrier_sid     text collate "C",
  -- counts the times that the carrier was asked for it
  attempt         smallint not null default 0,
  -- counts tries again after refusals that may pass
  tries           smallint not null default 0,
  -- how the carrier's own leg ended, and the one that was dialed from it
  result          text,
  leg_result      text,
  answered_by     text,
  error_code      text,
  error_reason    text,
  hold_reason     text,
  -- the next thing to do: place it, ask the carrier about it, or stop waiting for how the second leg ended
  due_at          timestamptz,
  claimed_at      timestamptz,
  created_at      timestamptz not null default moment(),
  placed_at       timestamptz,
  answered_at     timestamptz,
  -- the contact's leg was asked for
  dialed_at       timestamptz,
  -- the recording was played to its end
  played_at       timestamptz,
  ended_at        timestamptz,
  seconds         integer,
  primary key (tenant_id, call_id),
  foreign key (tenant_id, contact_id) references contacts on delete cascade,
  foreign key (tenant_id, sender_id) references senders
);
create index calls_of_contact on calls (tenant_id, contact_id, created_at desc);
create unique index calls_carrier_sid on calls (tenant_id, carrier_sid) where carrier_sid is not null;
create unique index calls_of_step on calls (tenant_id, enrollment_id, ordinal) where enrollment_id is not null;
create index calls_due on calls (tenant_id, account_sid, status, due_at, call_id) where due_at is not null;
call secure_tenant_table('calls');

-- When each tenant next has something to do for its calls over an account, and when it last placed one. Read across tenants
-- (no customer data): the carrier counts an account's calls, whoever's they are.
create table call_lanes (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  account_sid text collate "C" not null,
  due_at      timestamptz,
  placed_at   timestamptz not null default '-infinity',
  primary key (tenant_id, account_sid)
);
create index call_lanes_due on call_lanes (due_at) where due_at is not null;
create index call_lanes_of_account on call_lanes (account_sid, placed_at);
call secure_tenant_table('call_lanes');
create policy found_by_anyone on call_lanes for select using (true);
