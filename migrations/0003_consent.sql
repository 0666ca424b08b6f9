-- Who may be written to. `consent_records` is the history and is never changed; `suppressions` is the block that
-- follows from it, by tenant, channel and address, and outlives the contact.

create table consent_records (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  record_id   uuid not null,
  channel     text not null,
  address     text collate "C" not null,
  action      text not null check (action in ('grant', 'withdraw')),
  source      text not null,
  wording     text,
  message_id  uuid,
  member      jsonb,
  occurred_at timestamptz not null default moment(),
  primary key (tenant_id, record_id)
);
create index consent_records_of_address on consent_records (tenant_id, channel, address, occurred_at desc, record_id desc);
call secure_tenant_table('consent_records');
revoke update, delete on consent_records from :app_role;

create table suppressions (
  tenant_id text collate "C" not null references tenants on delete cascade,
  channel   text not null,
  address   text collate "C" not null,
  source    text not null,
  since     timestamptz not null default moment(),
  primary key (tenant_id, channel, address)
);
call secure_tenant_table('suppressions');

-- The person's own clock. A zone that Postgres does not know (its list and the browser's differ) must not stop a whole
-- batch: it falls back to the tenant's, then to UTC.
create function local_time(at timestamptz, zone text, fallback text) returns timestamp
  language plpgsql stable as $$
begin
  return at at time zone coalesce(zone, fallback, 'UTC');
exception when invalid_parameter_value then
  if zone is not null then return local_time(at, null, fallback); end if;
  return at at time zone 'UTC';
end $$;

-- When a marketing text may go out: at once between 8:00 and 21:00 on the recipient's clock, else at the next 8:00
-- (47 CFR 64.1200(c)(1)). The difference of two local times is exact except across a clock change in the night, where
-- the claim judges again when the moment has come.
create function after_quiet_hours(at timestamptz, zone text, fallback text) returns timestamptz
  language plpgsql stable as $$
declare here timestamp := local_time(at, zone, fallback);
begin
  if here::time >= time '08:00' and here::time < time '21:00' then return at; end if;
  if here::time < time '08:00' then return at + (date_trunc('day', here) + interval '8 hours' - here); end if;
  return at + (date_trunc('day', here) + interval '1 day 8 hours' - here);
end $$;
