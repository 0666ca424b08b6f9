-- Consent with its proof, what follows from it now, an agency's list over its clients, and asking.

alter table consent_records
  -- what was agreed to; null: a withdrawal, or nobody said
  add kind        text check (kind in ('express_written', 'express', 'implied', 'transactional')),
  add ip          inet,
  -- where the proof lies (an https address, or the uuid of a file) and what it is
  add proof       text,
  add proof_note  text,
  add expires_at  timestamptz,
  -- when it was written down; occurred_at is when it was said. Of one address each is later than the one before it,
  -- whatever the clocks of the processes say
  add recorded_at timestamptz,
  add constraint consent_records_source check (source in
    ('keyword', 'free_text', 'carrier', 'member', 'api', 'form', 'import', 'paper', 'verbal')) not valid,
  add constraint consent_records_grants check
    (action = 'grant' or (kind is null and expires_at is null)) not valid;

-- whoever migrates may be an ordinary owner: row security would hide every row from it
alter table consent_records no force row level security;
update consent_records set recorded_at = occurred_at;
alter table consent_records
  alter recorded_at set not null,
  alter recorded_at set default moment(),
  add constraint consent_records_time check (occurred_at <= recorded_at);
create index consent_records_recorded on consent_records (tenant_id, recorded_at, record_id);

-- How much a kind allows; the stronger one counts where a person has given two.
create function consent_strength(kind text) returns integer language sql immutable parallel safe
  as $$ select case kind when 'express_written' then 3 when 'express' then 2 when 'implied' then 1
    when 'transactional' then 1 else 0 end $$;

-- What the ledger comes to, by address: written by recordConsent together with the ledger, read by everybody.
create table consents (
  tenant_id          text collate "C" not null references tenants on delete cascade,
  channel            text not null,
  address            text collate "C" not null,
  state              text not null check (state in ('granted', 'withdrawn')),
  kind               text,
  source             text not null,
  at                 timestamptz not null,
  expires_at         timestamptz,
  record_id          uuid not null,
  -- the first marketing text since the consent, which names the business and the way out; not part of the ledger
  first_marketing_id uuid,
  primary key (tenant_id, channel, address)
);

-- Grants so far have no kind and no end, so the last word is what counts. From now on it is as consent/ledger.ts says.
insert into consents (tenant_id, channel, address, state, kind, source, at, expires_at, record_id)
select distinct on (tenant_id, channel, address) tenant_id, channel, address,
  case action when 'grant' then 'granted' else 'withdrawn' end, kind, source, occurred_at, expires_at, record_id
from consent_records
order by tenant_id, channel, address, recorded_at desc, record_id desc;

alter table consent_records force row level security;
call secure_tenant_table('consents');
-- until something is known about it, a filter over a million people plans it as if it were empty (measured: 14 s for 1)
analyze consents;

-- One row, whatever the reasons: the person's own withdrawal, the team's list, or both.
alter table suppressions
  add withdrawn boolean not null default true,
  add listed    boolean not null default false,
  add reason    text,
  add member    jsonb,
  add constraint suppressions_why check (withdrawn or listed);

-- An agency's list, which every client tenant obeys. A client sees the list of its own agency and nothing else of it.
create table agency_suppressions (
  tenant_id text collate "C" not null references tenants on delete cascade,
  channel   text not null,
  address   text collate "C" not null,
  reason    text,
  member    jsonb,
  since     timestamptz not null default moment(),
  primary key (tenant_id, channel, address)
);
call secure_tenant_table('agency_suppressions');
create policy read_by_clients on agency_suppressions for select
  using (tenant_id = (select parent_tenant_id from tenants where tenants.tenant_id = (select current_tenant())));

-- Somebody was asked and has not answered yet. At most one open question an address.
create table consent_requests (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  request_id uuid not null,
  contact_id uuid not null,
  channel    text not null,
  address    text collate "C" not null,
  via        text not null check (via in ('sms', 'link')),
  wording    text not null,
  state      text not null default 'open' check (state in ('open', 'granted', 'closed')),
  message_id uuid,
  member     jsonb,
  asked_at   timestamptz not null default moment(),
  expires_at timestamptz not null,
  primary key (tenant_id, request_id),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create unique index consent_requests_open on consent_requests (tenant_id, channel, address) where state = 'open';
create index consent_requests_of_address on consent_requests (tenant_id, channel, address, asked_at desc);
create index consent_requests_of_contact on consent_requests (tenant_id, contact_id);
call secure_tenant_table('consent_requests');

-- What a marketing text becomes when it is the first to its address: written when it is queued, taken by the claim.
alter table messages
  add first_body     text,
  add first_segments smallint;
