-- People in full: birthdays, addresses, further numbers, a tenant's own fields, and merging with a way back.

alter table contacts
  add middle_name             text,
  -- a birthday without a year is common, and Feb 29 without one is a day
  add birth_month             smallint,
  add birth_day               smallint,
  add birth_year              smallint,
  -- answers of a questionnaire; what is asked is the tenant's business
  add profile                 jsonb not null default '{}',
  add street                  text,
  add city                    text,
  add postal_code             text,
  add country                 text collate "C" check (country ~ '^[A-Z]{2}$'),
  add owner_id                text collate "C",
  add do_not_call             boolean not null default false,
  -- channels on which this person is left alone for now; unlike consent, the team's own choice
  add dnd                     text[] not null default '{}',
  add messenger_id            text collate "C",
  add whatsapp_id             text collate "C",
  add last_birthday_sent_year smallint,
  add lead_score              integer,
  -- what address or number say about the zone. time_zone, when set, wins; without both it is the tenant's, which is
  -- not copied here, so that it may change
  add derived_zone            text,
  add derived_zone_source     text check (derived_zone_source in ('address', 'number')),
  -- set: hidden, and part of another person since a merge
  add merged_into             uuid,
  -- what a search compares. Columns and not indexed expressions: under row security Postgres keeps from an index whatever
  -- calls a function that is not leakproof, and lower() is none
  add name_key text collate "C" generated always as
    (lower(nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''))) stored,
  add last_name_key text collate "C" generated always as (lower(last_name)) stored,
  add email_key text collate "C" generated always as (lower(email)) stored,
  add phone_key text collate "C" generated always as (reverse(phone)) stored,
  add constraint contacts_birthday check (case
    when birth_month is null or birth_day is null
      then birth_month is null and birth_day is null and birth_year is null
    else birth_month between 1 and 12 and birth_day between 1 and case
        when birth_month in (4, 6, 9, 11) then 30
        when birth_month <> 2 then 31
        when birth_year is null or (birth_year % 4 = 0 and (birth_year % 100 <> 0 or birth_year % 400 = 0)) then 29
        else 28 end
      and (birth_year is null or birth_year between 1 and 9999) end),
  add constraint contacts_zone_source check ((derived_zone is null) = (derived_zone_source is null)),
  -- who deletes the person deletes what was merged into them
  add constraint contacts_merged_into foreign key (tenant_id, merged_into) references contacts on delete cascade;

-- Search by prefix, as ranges of bytes: no extension, and any plan may use them. phone_key is the number backwards, for
-- its last digits; its beginning is found by its unique key. A contact that a text has made, with nothing but a number,
-- is written into that one alone.
create index contacts_by_name on contacts (tenant_id, name_key) where name_key is not null;
create index contacts_by_last_digits on contacts (tenant_id, phone_key) where phone_key is not null;
create index contacts_by_last_name on contacts (tenant_id, last_name_key) where last_name_key is not null;
create index contacts_by_email on contacts (tenant_id, email_key) where email_key is not null;
create index contacts_merged on contacts (tenant_id, merged_into) where merged_into is not null;

-- Further numbers and e-mail addresses; the first of each stays in contacts. One belongs to one person.
create table contact_addresses (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  kind       text not null check (kind in ('phone', 'email')),
  -- E.164, or an e-mail address in lower case
  address    text collate "C" not null check (
    case kind when 'phone' then address ~ '^\+[1-9][0-9]{6,14}$' else address = lower(address) end),
  contact_id uuid not null,
  label      text,
  position   smallint not null default 0,
  primary key (tenant_id, kind, address),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index contact_addresses_of on contact_addresses (tenant_id, contact_id);
call secure_tenant_table('contact_addresses');

create table contact_fields (
  tenant_id text collate "C" not null references tenants on delete cascade,
  field_id  uuid not null,
  key       text collate "C" not null,
  label     text not null,
  type      text not null
    check (type in ('text', 'number', 'date', 'choice', 'multi_choice', 'boolean', 'url', 'phone')),
  options   text[] not null default '{}',
  position  integer not null default 0,
  archived  boolean not null default false,
  primary key (tenant_id, field_id),
  unique (tenant_id, key)
);
call secure_tenant_table('contact_fields');

-- A merge, with what its undoing needs: both people and their conversations as they were.
create table contact_merges (
  tenant_id text collate "C" not null references tenants on delete cascade,
  merge_id  uuid not null,
  winner_id uuid not null,
  loser_id  uuid not null,
  before    jsonb not null,
  member    jsonb,
  merged_at timestamptz not null default moment(),
  undone_at timestamptz,
  primary key (tenant_id, merge_id),
  foreign key (tenant_id, winner_id) references contacts on delete cascade,
  foreign key (tenant_id, loser_id) references contacts on delete cascade
);
-- merges are undone in reverse order: the newest first
create index contact_merges_of on contact_merges (tenant_id, winner_id, merge_id) where undone_at is null;
create index contact_merges_loser on contact_merges (tenant_id, loser_id);
call secure_tenant_table('contact_merges');

-- Events name the conversation that they happened in and are never changed, so a conversation remembers the ones that
-- it has taken in.
alter table conversations add absorbed_ids uuid[] not null default '{}';
