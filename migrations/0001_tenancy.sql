-- Tenants, their members and their numbers.
--
-- Every table of customer data leads its keys with tenant_id and carries the same policy (see secure_tenant_table):
-- a transaction that has not said which tenant it is for sees nothing and writes nothing.
-- :schema, :worker_schema and :app_role are filled in by the migrator.

-- The one clock. Tests and simulations set patchbay.now; everyone else gets the database's transaction time, so that
-- processes on different machines agree about leases. Whole milliseconds, because that is what the wire and cursors carry.
create function moment() returns timestamptz language sql stable parallel safe
  as $$ select date_trunc('milliseconds', coalesce(nullif(current_setting('patchbay.now', true), '')::timestamptz, now())) $$;

-- After a transaction the setting is '' and not NULL, hence nullif. In policies it stands in a scalar subselect, which
-- Postgres evaluates once a statement and not once a row.
create function current_tenant() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('patchbay.tenant', true), '') $$;

create procedure secure_tenant_table(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  -- without FORCE the owner would see every tenant
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_isolation on %s using (tenant_id = (select current_tenant()))'
    ' with check (tenant_id = (select current_tenant()))', target);
  execute format('grant select, insert, update, delete on %s to :app_role', target);
end $$;

create table tenants (
  tenant_id        text collate "C" not null primary key check (tenant_id ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$'),
  parent_tenant_id text collate "C",
  name             text not null,
  time_zone        text not null default 'America/New_York',
  default_region   text not null default 'US' check (default_region ~ '^[A-Z]{2}$'),
  brand            jsonb not null default '{}',
  settings         jsonb not null default '{}',
  created_at       timestamptz not null default moment()
);
comment on column tenants.tenant_id is 'The host product''s own key for the account';
call secure_tenant_table('tenants');

create table members (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  member_id  text collate "C" not null,
  name       text not null,
  role       text not null check (role in ('agent', 'manager')),
  seen_at    timestamptz not null default moment(),
  primary key (tenant_id, member_id)
);
call secure_tenant_table('members');

create table senders (
  tenant_id           text collate "C" not null references tenants on delete cascade,
  sender_id           uuid not null,
  channel             text not null,
  address             text collate "C" not null,
  account_sid         text collate "C" not null,
  name                text,
  status              text not null default 'active' check (status in ('active', 'pending', 'paused')),
  status_reason       text,
  is_default          boolean not null default false,
  -- who answers STOP, START and HELP: the carrier (Twilio's default) or the kit, in the tenant's own words
  keyword_replies     text not null default 'carrier' check (keyword_replies in ('carrier', 'kit')),
  -- segments a second over all processes; null: no limit. One is what a long code may do.
  segments_per_second real default 1 check (segments_per_second > 0),
  -- the moment from which the next segment may leave (the generic cell rate algorithm's theoretical arrival time)
  next_slot_at        timestamptz not null default '-infinity',
  resume_at           timestamptz,
  created_at          timestamptz not null default moment(),
  primary key (tenant_id, sender_id),
  unique (tenant_id, channel, address)
);
create unique index senders_one_default on senders (tenant_id, channel) where is_default;
call secure_tenant_table('senders');

-- Whose number is this? The only two tables that may be read across tenants, because the question comes before the
-- tenant is known. They hold no customer data. Writing is still for the own tenant only.
create table sender_directory (
  tenant_id   text collate "C" not null,
  account_sid text collate "C" not null,
  channel     text not null,
  address     text collate "C" not null,
  sender_id   uuid not null,
  primary key (tenant_id, sender_id),
  foreign key (tenant_id, sender_id) references senders on delete cascade
);
-- leads with the account, not the tenant: it is the way to the tenant, and two tenants must not claim one number
create unique index sender_directory_address on sender_directory (account_sid, channel, address);

-- Who has something to send, and from when. The truth that outlives a killed worker: Graphile's jobs are only the
-- quick way (a killed worker's jobs stay locked for four hours).
create table sender_wakeups (
  tenant_id text collate "C" not null,
  sender_id uuid not null,
  due_at    timestamptz not null,
  primary key (tenant_id, sender_id),
  foreign key (tenant_id, sender_id) references senders on delete cascade
);
create index sender_wakeups_due on sender_wakeups (due_at);

do $$
declare target regclass;
begin
  foreach target in array array['sender_directory', 'sender_wakeups']::regclass[] loop
    call secure_tenant_table(target);
    execute format('create policy found_by_anyone on %s for select using (true)', target);
  end loop;
end $$;

-- The outbox's doorbell: one drain job per tenant and sender, by job key. The app role cannot reach Graphile's tables;
-- this function, the only one that runs as its owner, can do nothing else.
create function wake_sender(tenant text, sender uuid, due timestamptz) returns void
  language plpgsql security definer set search_path = :schema, pg_temp as $$
begin
  insert into sender_wakeups as w (tenant_id, sender_id, due_at) values (tenant, sender, due)
    on conflict (tenant_id, sender_id) do update set due_at = least(w.due_at, excluded.due_at);
  -- what is due later is picked up by the sweep; an alarm a job would fill the queue with the far future
  if due <= moment() + interval '1 minute' then
    perform :worker_schema.add_job('drain', json_build_object('tenant', tenant, 'sender', sender),
      run_at => greatest(due, now()), job_key => 'drain:' || tenant || ':' || sender, max_attempts => 1);
  end if;
end $$;
revoke all on function wake_sender(text, uuid, timestamptz) from public;
grant execute on function wake_sender(text, uuid, timestamptz) to :app_role;
