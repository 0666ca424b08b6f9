-- The schema after all migrations. Written by `npm run schema -- --write`; do not edit.

-- tables

create table consent_records (
  tenant_id text not null,
  record_id uuid not null,
  channel text not null,
  address text not null,
  action text not null,
  source text not null,
  wording text,
  message_id uuid,
  member jsonb,
  occurred_at timestamp with time zone default moment() not null,
  constraint consent_records_pkey PRIMARY KEY (tenant_id, record_id),
  constraint consent_records_action_check CHECK ((action = ANY (ARRAY['grant'::text, 'withdraw'::text]))),
  constraint consent_records_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table consent_records enable row level security;
alter table consent_records force row level security;

create table contacts (
  tenant_id text not null,
  contact_id uuid not null,
  first_name text,
  last_name text,
  name text generated always as (NULLIF(btrim(((COALESCE(first_name, ''::text) || ' '::text) || COALESCE(last_name, ''::text))), ''::text)) stored,
  phone text,
  email text,
  tags text[] default '{}'::text[] not null,
  lead_type text,
  stage text,
  source text,
  state text,
  time_zone text,
  fields jsonb default '{}'::jsonb not null,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint contacts_pkey PRIMARY KEY (tenant_id, contact_id),
  constraint contacts_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{6,14}$'::text)),
  constraint contacts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint contacts_tenant_id_phone_key UNIQUE (tenant_id, phone)
);
alter table contacts enable row level security;
alter table contacts force row level security;

create table conversations (
  tenant_id text not null,
  conversation_id uuid not null,
  contact_id uuid not null,
  channel text not null,
  sender_id uuid,
  state text default 'inbox'::text not null,
  assignee_id text,
  unread integer default 0 not null,
  last_message_id uuid,
  last_message_at timestamp with time zone default moment() not null,
  possible_opt_out_id uuid,
  created_at timestamp with time zone default moment() not null,
  constraint conversations_pkey PRIMARY KEY (tenant_id, conversation_id),
  constraint conversations_state_check CHECK ((state = ANY (ARRAY['inbox'::text, 'waiting'::text, 'closed'::text]))),
  constraint conversations_tenant_id_contact_id_channel_key UNIQUE (tenant_id, contact_id, channel),
  constraint conversations_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint conversations_tenant_id_sender_id_fkey FOREIGN KEY (tenant_id, sender_id) REFERENCES senders(tenant_id, sender_id),
  constraint conversations_unread_check CHECK ((unread >= 0))
);
alter table conversations enable row level security;
alter table conversations force row level security;

create table events (
  tenant_id text not null,
  tx xid8 default pg_current_xact_id() not null,
  "position" bigint generated always as identity not null,
  event_id uuid not null,
  type text not null,
  contact_id uuid,
  conversation_id uuid,
  message_id uuid,
  actor jsonb,
  data jsonb default '{}'::jsonb not null,
  occurred_at timestamp with time zone default moment() not null,
  constraint events_pkey PRIMARY KEY (tenant_id, tx, "position")
);
alter table events enable row level security;
alter table events force row level security;

create table idempotency_keys (
  tenant_id text not null,
  key text not null,
  request_hash text not null,
  status smallint,
  body jsonb,
  created_at timestamp with time zone default moment() not null,
  constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, key)
);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;

create table members (
  tenant_id text not null,
  member_id text not null,
  name text not null,
  role text not null,
  seen_at timestamp with time zone default moment() not null,
  constraint members_pkey PRIMARY KEY (tenant_id, member_id),
  constraint members_role_check CHECK ((role = ANY (ARRAY['agent'::text, 'manager'::text]))),
  constraint members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table members enable row level security;
alter table members force row level security;

create table messages (
  tenant_id text not null,
  message_id uuid not null,
  conversation_id uuid not null,
  contact_id uuid not null,
  sender_id uuid not null,
  channel text not null,
  direction text not null,
  status text not null,
  status_rank smallint generated always as (
CASE status
    WHEN 'received'::text THEN 0
    WHEN 'queued'::text THEN 1
    WHEN 'canceled'::text THEN 2
    WHEN 'sending'::text THEN 3
    WHEN 'sent'::text THEN 4
    WHEN 'failed'::text THEN 5
    WHEN 'undelivered'::text THEN 6
    WHEN 'delivered'::text THEN 7
    WHEN 'read'::text THEN 8
    ELSE NULL::integer
END) stored not null,
  attempt smallint default 1 not null,
  tries smallint default 0 not null,
  origin text not null,
  purpose text default 'conversation'::text not null,
  body text not null,
  media jsonb default '[]'::jsonb not null,
  from_address text not null,
  to_address text not null,
  segments smallint not null,
  author_id text,
  author_name text,
  carrier_sid text,
  past_sids text[] default '{}'::text[] not null,
  error_code text,
  error_reason text,
  error_final boolean,
  send_at timestamp with time zone,
  due_at timestamp with time zone,
  hold_reason text,
  claimed_at timestamp with time zone,
  lease_until timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  sent_at timestamp with time zone,
  delivered_at timestamp with time zone,
  read_at timestamp with time zone,
  constraint messages_pkey PRIMARY KEY (tenant_id, message_id),
  constraint messages_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
  constraint messages_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations(tenant_id, conversation_id) ON DELETE CASCADE
);
alter table messages enable row level security;
alter table messages force row level security;

create table migrations (
  number integer not null,
  name text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (number)
);

create table quick_replies (
  tenant_id text not null,
  quick_reply_id uuid not null,
  shortcut text not null,
  title text not null,
  body text not null,
  constraint quick_replies_pkey PRIMARY KEY (tenant_id, quick_reply_id),
  constraint quick_replies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint quick_replies_tenant_id_shortcut_key UNIQUE (tenant_id, shortcut)
);
alter table quick_replies enable row level security;
alter table quick_replies force row level security;

create table sender_directory (
  tenant_id text not null,
  account_sid text not null,
  channel text not null,
  address text not null,
  sender_id uuid not null,
  constraint sender_directory_pkey PRIMARY KEY (tenant_id, sender_id),
  constraint sender_directory_tenant_id_sender_id_fkey FOREIGN KEY (tenant_id, sender_id) REFERENCES senders(tenant_id, sender_id) ON DELETE CASCADE
);
alter table sender_directory enable row level security;
alter table sender_directory force row level security;

create table sender_wakeups (
  tenant_id text not null,
  sender_id uuid not null,
  due_at timestamp with time zone not null,
  constraint sender_wakeups_pkey PRIMARY KEY (tenant_id, sender_id),
  constraint sender_wakeups_tenant_id_sender_id_fkey FOREIGN KEY (tenant_id, sender_id) REFERENCES senders(tenant_id, sender_id) ON DELETE CASCADE
);
alter table sender_wakeups enable row level security;
alter table sender_wakeups force row level security;

create table senders (
  tenant_id text not null,
  sender_id uuid not null,
  channel text not null,
  address text not null,
  account_sid text not null,
  name text,
  status text default 'active'::text not null,
  status_reason text,
  is_default boolean default false not null,
  keyword_replies text default 'carrier'::text not null,
  segments_per_second real default 1,
  next_slot_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  resume_at timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  constraint senders_pkey PRIMARY KEY (tenant_id, sender_id),
  constraint senders_keyword_replies_check CHECK ((keyword_replies = ANY (ARRAY['carrier'::text, 'kit'::text]))),
  constraint senders_segments_per_second_check CHECK ((segments_per_second > (0)::double precision)),
  constraint senders_status_check CHECK ((status = ANY (ARRAY['active'::text, 'pending'::text, 'paused'::text]))),
  constraint senders_tenant_id_channel_address_key UNIQUE (tenant_id, channel, address),
  constraint senders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table senders enable row level security;
alter table senders force row level security;

create table suppressions (
  tenant_id text not null,
  channel text not null,
  address text not null,
  source text not null,
  since timestamp with time zone default moment() not null,
  constraint suppressions_pkey PRIMARY KEY (tenant_id, channel, address),
  constraint suppressions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table suppressions enable row level security;
alter table suppressions force row level security;

create table tenants (
  tenant_id text not null,
  parent_tenant_id text,
  name text not null,
  time_zone text default 'America/New_York'::text not null,
  default_region text default 'US'::text not null,
  brand jsonb default '{}'::jsonb not null,
  settings jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default moment() not null,
  constraint tenants_pkey PRIMARY KEY (tenant_id),
  constraint tenants_default_region_check CHECK ((default_region ~ '^[A-Z]{2}$'::text)),
  constraint tenants_tenant_id_check CHECK ((tenant_id ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$'::text))
);
alter table tenants enable row level security;
alter table tenants force row level security;

-- indexes

CREATE INDEX consent_records_of_address ON consent_records USING btree (tenant_id, channel, address, occurred_at DESC, record_id DESC);

CREATE INDEX conversations_by_state ON conversations USING btree (tenant_id, state, last_message_at DESC, conversation_id DESC);

CREATE INDEX conversations_recent ON conversations USING btree (tenant_id, last_message_at DESC, conversation_id DESC);

CREATE INDEX conversations_unread ON conversations USING btree (tenant_id) WHERE (unread > 0);

CREATE INDEX events_in_thread ON events USING btree (tenant_id, conversation_id, occurred_at) WHERE ((conversation_id IS NOT NULL) AND (message_id IS NULL));

CREATE INDEX events_of_contact ON events USING btree (tenant_id, contact_id, occurred_at DESC, "position" DESC) WHERE ((contact_id IS NOT NULL) AND (type <> ALL (ARRAY['message.updated'::text, 'message.sent'::text, 'message.delivered'::text, 'message.undelivered'::text, 'message.failed'::text, 'message.read'::text, 'message.canceled'::text])) AND ((type <> 'conversation.updated'::text) OR (data ?| ARRAY['state'::text, 'assignee'::text])));

CREATE UNIQUE INDEX messages_carrier_sid ON messages USING btree (tenant_id, carrier_sid) WHERE (carrier_sid IS NOT NULL);

CREATE INDEX messages_due ON messages USING btree (tenant_id, sender_id, status, due_at, message_id) WHERE (due_at IS NOT NULL);

CREATE INDEX messages_in_flight ON messages USING btree (tenant_id, sender_id, lease_until) WHERE (status = 'sending'::text);

CREATE INDEX messages_thread ON messages USING btree (tenant_id, conversation_id, created_at DESC, message_id DESC);

CREATE INDEX messages_waiting ON messages USING btree (tenant_id, contact_id, due_at, message_id) WHERE ((status = 'queued'::text) AND (hold_reason IS NOT NULL));

CREATE UNIQUE INDEX sender_directory_address ON sender_directory USING btree (account_sid, channel, address);

CREATE INDEX sender_wakeups_due ON sender_wakeups USING btree (due_at);

CREATE UNIQUE INDEX senders_one_default ON senders USING btree (tenant_id, channel) WHERE is_default;

-- policies

create policy tenant_isolation on consent_records as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on contacts as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on conversations as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on events as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on idempotency_keys as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on members as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on messages as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on quick_replies as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on sender_directory as permissive for select to public using (true);

create policy tenant_isolation on sender_directory as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on sender_wakeups as permissive for select to public using (true);

create policy tenant_isolation on sender_wakeups as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on senders as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on suppressions as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on tenants as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

-- functions

CREATE OR REPLACE FUNCTION patchbay.after_quiet_hours(at timestamp with time zone, zone text, fallback text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
AS $function$
declare here timestamp := local_time(at, zone, fallback);
begin
  if here::time >= time '08:00' and here::time < time '21:00' then return at; end if;
  if here::time < time '08:00' then return at + (date_trunc('day', here) + interval '8 hours' - here); end if;
  return at + (date_trunc('day', here) + interval '1 day 8 hours' - here);
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.current_tenant()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('patchbay.tenant', true), '') $function$
;

CREATE OR REPLACE FUNCTION patchbay.local_time(at timestamp with time zone, zone text, fallback text)
 RETURNS timestamp without time zone
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return at at time zone coalesce(zone, fallback, 'UTC');
exception when invalid_parameter_value then
  if zone is not null then return local_time(at, null, fallback); end if;
  return at at time zone 'UTC';
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.moment()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select date_trunc('milliseconds', coalesce(nullif(current_setting('patchbay.now', true), '')::timestamptz, now())) $function$
;

CREATE OR REPLACE PROCEDURE patchbay.secure_tenant_table(IN target regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('alter table %s enable row level security', target);
  -- without FORCE the owner would see every tenant
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_isolation on %s using (tenant_id = (select current_tenant()))'
    ' with check (tenant_id = (select current_tenant()))', target);
  execute format('grant select, insert, update, delete on %s to "patchbay_app"', target);
end $procedure$
;

CREATE OR REPLACE FUNCTION patchbay.wake_sender(tenant text, sender uuid, due timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'patchbay', 'pg_temp'
AS $function$
begin
  insert into sender_wakeups as w (tenant_id, sender_id, due_at) values (tenant, sender, due)
    on conflict (tenant_id, sender_id) do update set due_at = least(w.due_at, excluded.due_at);
  -- what is due later is picked up by the sweep; an alarm a job would fill the queue with the far future
  if due <= moment() + interval '1 minute' then
    perform "patchbay_worker".add_job('drain', json_build_object('tenant', tenant, 'sender', sender),
      run_at => greatest(due, now()), job_key => 'drain:' || tenant || ':' || sender, max_attempts => 1);
  end if;
end $function$
;

-- grants

grant insert, select on consent_records to patchbay_app;

grant delete, insert, select, update on contacts to patchbay_app;

grant delete, insert, select, update on conversations to patchbay_app;

grant insert, select on events to patchbay_app;

grant delete, insert, select, update on idempotency_keys to patchbay_app;

grant delete, insert, select, update on members to patchbay_app;

grant delete, insert, select, update on messages to patchbay_app;

grant delete, insert, select, update on quick_replies to patchbay_app;

grant delete, insert, select, update on sender_directory to patchbay_app;

grant delete, insert, select, update on sender_wakeups to patchbay_app;

grant delete, insert, select, update on senders to patchbay_app;

grant delete, insert, select, update on suppressions to patchbay_app;

grant delete, insert, select, update on tenants to patchbay_app;
