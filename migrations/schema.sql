-- The schema after all migrations. Written by `npm run schema -- --write`; do not edit.

-- tables

create table agency_suppressions (
  tenant_id text not null,
  channel text not null,
  address text not null,
  reason text,
  member jsonb,
  since timestamp with time zone default moment() not null,
  constraint agency_suppressions_pkey PRIMARY KEY (tenant_id, channel, address),
  constraint agency_suppressions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table agency_suppressions enable row level security;
alter table agency_suppressions force row level security;

create table asset_links (
  tenant_id text not null,
  link_id uuid not null,
  asset_id uuid not null,
  code text not null,
  purpose text default 'page'::text not null,
  contact_id uuid,
  message_id uuid,
  workflow_id uuid,
  download boolean,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  author jsonb,
  created_at timestamp with time zone default moment() not null,
  constraint asset_links_pkey PRIMARY KEY (tenant_id, link_id),
  constraint asset_links_purpose_check CHECK ((purpose = ANY (ARRAY['page'::text, 'file'::text]))),
  constraint asset_links_tenant_id_asset_id_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets(tenant_id, asset_id) ON DELETE CASCADE,
  constraint asset_links_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE SET NULL (contact_id),
  constraint asset_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table asset_links enable row level security;
alter table asset_links force row level security;

create table asset_views (
  tenant_id text not null,
  view_id uuid not null,
  link_id uuid not null,
  asset_id uuid not null,
  contact_id uuid,
  by text not null,
  reason text,
  played jsonb default '[]'::jsonb not null,
  share real default 0 not null,
  started_at timestamp with time zone default moment() not null,
  seen_at timestamp with time zone default moment() not null,
  constraint asset_views_pkey PRIMARY KEY (tenant_id, view_id),
  constraint asset_views_by_check CHECK ((by = ANY (ARRAY['human'::text, 'machine'::text]))),
  constraint asset_views_share_check CHECK (((share >= (0)::double precision) AND (share <= (1)::double precision))),
  constraint asset_views_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint asset_views_tenant_id_link_id_fkey FOREIGN KEY (tenant_id, link_id) REFERENCES asset_links(tenant_id, link_id) ON DELETE CASCADE
);
alter table asset_views enable row level security;
alter table asset_views force row level security;

create table assets (
  tenant_id text not null,
  asset_id uuid not null,
  kind text not null,
  name text not null,
  key text,
  file_id uuid,
  poster_id uuid,
  captions_id uuid,
  state text default 'ready'::text not null,
  reason text,
  download boolean default false not null,
  link_days integer,
  version integer default 1 not null,
  author jsonb,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  deleted_at timestamp with time zone,
  constraint assets_pkey PRIMARY KEY (tenant_id, asset_id),
  constraint assets_check CHECK (((file_id IS NOT NULL) OR (deleted_at IS NOT NULL))),
  constraint assets_key_check CHECK ((key ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
  constraint assets_kind_check CHECK ((kind = ANY (ARRAY['video'::text, 'picture'::text, 'document'::text, 'audio'::text]))),
  constraint assets_link_days_check CHECK (((link_days >= 1) AND (link_days <= 3650))),
  constraint assets_state_check CHECK ((state = ANY (ARRAY['processing'::text, 'ready'::text, 'refused'::text]))),
  constraint assets_tenant_id_captions_id_fkey FOREIGN KEY (tenant_id, captions_id) REFERENCES files(tenant_id, file_id),
  constraint assets_tenant_id_file_id_fkey FOREIGN KEY (tenant_id, file_id) REFERENCES files(tenant_id, file_id),
  constraint assets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint assets_tenant_id_poster_id_fkey FOREIGN KEY (tenant_id, poster_id) REFERENCES files(tenant_id, file_id)
);
alter table assets enable row level security;
alter table assets force row level security;

create table bulk_files (
  tenant_id text not null,
  file_id uuid not null,
  number integer not null,
  bytes bytea not null,
  constraint bulk_files_pkey PRIMARY KEY (tenant_id, file_id, number),
  constraint bulk_files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table bulk_files enable row level security;
alter table bulk_files force row level security;

create table bulk_jobs (
  tenant_id text not null,
  job_id uuid not null,
  kind text not null,
  state text not null,
  name text,
  settings jsonb default '{}'::jsonb not null,
  place jsonb,
  file_id uuid,
  total integer,
  done integer default 0 not null,
  failed integer default 0 not null,
  counts jsonb default '{}'::jsonb not null,
  reason text,
  member jsonb,
  created_at timestamp with time zone default moment() not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  constraint bulk_jobs_pkey PRIMARY KEY (tenant_id, job_id),
  constraint bulk_jobs_kind_check CHECK ((kind = ANY (ARRAY['bulk'::text, 'import'::text, 'export'::text]))),
  constraint bulk_jobs_state_check CHECK ((state = ANY (ARRAY['uploading'::text, 'waiting'::text, 'queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'canceled'::text]))),
  constraint bulk_jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table bulk_jobs enable row level security;
alter table bulk_jobs force row level security;

create table bulk_leases (
  tenant_id text not null,
  job_id uuid not null,
  due_at timestamp with time zone default moment() not null,
  holder uuid,
  tries smallint default 0 not null,
  constraint bulk_leases_pkey PRIMARY KEY (tenant_id, job_id),
  constraint bulk_leases_tenant_id_job_id_fkey FOREIGN KEY (tenant_id, job_id) REFERENCES bulk_jobs(tenant_id, job_id) ON DELETE CASCADE
);
alter table bulk_leases enable row level security;
alter table bulk_leases force row level security;

create table bulk_pieces (
  tenant_id text not null,
  job_id uuid not null,
  number integer not null,
  contact_ids uuid[] not null,
  constraint bulk_pieces_pkey PRIMARY KEY (tenant_id, job_id, number),
  constraint bulk_pieces_tenant_id_job_id_fkey FOREIGN KEY (tenant_id, job_id) REFERENCES bulk_jobs(tenant_id, job_id) ON DELETE CASCADE
);
alter table bulk_pieces enable row level security;
alter table bulk_pieces force row level security;

create table call_lanes (
  tenant_id text not null,
  account_sid text not null,
  due_at timestamp with time zone,
  placed_at timestamp with time zone default '-infinity'::timestamp with time zone not null,
  constraint call_lanes_pkey PRIMARY KEY (tenant_id, account_sid),
  constraint call_lanes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table call_lanes enable row level security;
alter table call_lanes force row level security;

create table calls (
  tenant_id text not null,
  call_id uuid not null,
  contact_id uuid not null,
  conversation_id uuid,
  sender_id uuid not null,
  account_sid text not null,
  direction text not null,
  kind text not null,
  status text not null,
  status_rank smallint generated always as (
CASE status
    WHEN 'queued'::text THEN 0
    WHEN 'canceled'::text THEN 1
    WHEN 'placing'::text THEN 2
    WHEN 'placed'::text THEN 3
    WHEN 'ringing'::text THEN 4
    WHEN 'in_progress'::text THEN 5
    WHEN 'ended'::text THEN 6
    WHEN 'completed'::text THEN 7
    ELSE NULL::integer
END) stored not null,
  disposition text,
  purpose text default 'conversation'::text not null,
  from_address text not null,
  to_address text not null,
  member_id text,
  member_phone text,
  whisper text,
  asset_id uuid,
  if_answered text,
  enrollment_id uuid,
  ordinal integer,
  carrier_sid text,
  attempt smallint default 0 not null,
  tries smallint default 0 not null,
  result text,
  leg_result text,
  answered_by text,
  error_code text,
  error_reason text,
  hold_reason text,
  due_at timestamp with time zone,
  claimed_at timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  placed_at timestamp with time zone,
  answered_at timestamp with time zone,
  dialed_at timestamp with time zone,
  played_at timestamp with time zone,
  ended_at timestamp with time zone,
  seconds integer,
  send_window jsonb,
  constraint calls_pkey PRIMARY KEY (tenant_id, call_id),
  constraint calls_direction_check CHECK ((direction = ANY (ARRAY['inbound'::text, 'outbound'::text]))),
  constraint calls_if_answered_check CHECK ((if_answered = ANY (ARRAY['hang_up'::text, 'play'::text]))),
  constraint calls_kind_check CHECK ((kind = ANY (ARRAY['call'::text, 'voicemail'::text]))),
  constraint calls_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint calls_tenant_id_sender_id_fkey FOREIGN KEY (tenant_id, sender_id) REFERENCES senders(tenant_id, sender_id)
);
alter table calls enable row level security;
alter table calls force row level security;

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
  kind text,
  ip inet,
  proof text,
  proof_note text,
  expires_at timestamp with time zone,
  recorded_at timestamp with time zone default moment() not null,
  constraint consent_records_pkey PRIMARY KEY (tenant_id, record_id),
  constraint consent_records_action_check CHECK ((action = ANY (ARRAY['grant'::text, 'withdraw'::text]))),
  constraint consent_records_grants CHECK (((action = 'grant'::text) OR ((kind IS NULL) AND (expires_at IS NULL)))) NOT VALID,
  constraint consent_records_kind_check CHECK ((kind = ANY (ARRAY['express_written'::text, 'express'::text, 'implied'::text, 'transactional'::text]))),
  constraint consent_records_source CHECK ((source = ANY (ARRAY['keyword'::text, 'free_text'::text, 'carrier'::text, 'member'::text, 'api'::text, 'form'::text, 'import'::text, 'paper'::text, 'verbal'::text]))) NOT VALID,
  constraint consent_records_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint consent_records_time CHECK ((occurred_at <= recorded_at))
);
alter table consent_records enable row level security;
alter table consent_records force row level security;

create table consent_requests (
  tenant_id text not null,
  request_id uuid not null,
  contact_id uuid not null,
  channel text not null,
  address text not null,
  via text not null,
  wording text not null,
  state text default 'open'::text not null,
  message_id uuid,
  member jsonb,
  asked_at timestamp with time zone default moment() not null,
  expires_at timestamp with time zone not null,
  constraint consent_requests_pkey PRIMARY KEY (tenant_id, request_id),
  constraint consent_requests_state_check CHECK ((state = ANY (ARRAY['open'::text, 'granted'::text, 'closed'::text]))),
  constraint consent_requests_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint consent_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint consent_requests_via_check CHECK ((via = ANY (ARRAY['sms'::text, 'link'::text])))
);
alter table consent_requests enable row level security;
alter table consent_requests force row level security;

create table consents (
  tenant_id text not null,
  channel text not null,
  address text not null,
  state text not null,
  kind text,
  source text not null,
  at timestamp with time zone not null,
  expires_at timestamp with time zone,
  record_id uuid not null,
  first_marketing_id uuid,
  constraint consents_pkey PRIMARY KEY (tenant_id, channel, address) INCLUDE (state, expires_at),
  constraint consents_state_check CHECK ((state = ANY (ARRAY['granted'::text, 'withdrawn'::text]))),
  constraint consents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table consents enable row level security;
alter table consents force row level security;

create table contact_addresses (
  tenant_id text not null,
  kind text not null,
  address text not null,
  contact_id uuid not null,
  label text,
  "position" smallint default 0 not null,
  constraint contact_addresses_pkey PRIMARY KEY (tenant_id, kind, address),
  constraint contact_addresses_check CHECK (
CASE kind
    WHEN 'phone'::text THEN (address ~ '^\+[1-9][0-9]{6,14}$'::text)
    ELSE (address = lower(address))
END),
  constraint contact_addresses_kind_check CHECK ((kind = ANY (ARRAY['phone'::text, 'email'::text]))),
  constraint contact_addresses_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint contact_addresses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table contact_addresses enable row level security;
alter table contact_addresses force row level security;

create table contact_fields (
  tenant_id text not null,
  field_id uuid not null,
  key text not null,
  label text not null,
  type text not null,
  options text[] default '{}'::text[] not null,
  "position" integer default 0 not null,
  archived boolean default false not null,
  constraint contact_fields_pkey PRIMARY KEY (tenant_id, field_id),
  constraint contact_fields_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint contact_fields_tenant_id_key_key UNIQUE (tenant_id, key),
  constraint contact_fields_type_check CHECK ((type = ANY (ARRAY['text'::text, 'number'::text, 'date'::text, 'choice'::text, 'multi_choice'::text, 'boolean'::text, 'url'::text, 'phone'::text])))
);
alter table contact_fields enable row level security;
alter table contact_fields force row level security;

create table contact_merges (
  tenant_id text not null,
  merge_id uuid not null,
  winner_id uuid not null,
  loser_id uuid not null,
  before jsonb not null,
  member jsonb,
  merged_at timestamp with time zone default moment() not null,
  undone_at timestamp with time zone,
  constraint contact_merges_pkey PRIMARY KEY (tenant_id, merge_id),
  constraint contact_merges_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint contact_merges_tenant_id_loser_id_fkey FOREIGN KEY (tenant_id, loser_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint contact_merges_tenant_id_winner_id_fkey FOREIGN KEY (tenant_id, winner_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE
);
alter table contact_merges enable row level security;
alter table contact_merges force row level security;

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
  middle_name text,
  birth_month smallint,
  birth_day smallint,
  birth_year smallint,
  profile jsonb default '{}'::jsonb not null,
  street text,
  city text,
  postal_code text,
  country text,
  owner_id text,
  do_not_call boolean default false not null,
  dnd text[] default '{}'::text[] not null,
  messenger_id text,
  whatsapp_id text,
  last_birthday_sent_year smallint,
  lead_score integer,
  derived_zone text,
  derived_zone_source text,
  merged_into uuid,
  name_key text generated always as (lower(NULLIF(btrim(((COALESCE(first_name, ''::text) || ' '::text) || COALESCE(last_name, ''::text))), ''::text))) stored,
  last_name_key text generated always as (lower(last_name)) stored,
  email_key text generated always as (lower(email)) stored,
  phone_key text generated always as (reverse(phone)) stored,
  constraint contacts_pkey PRIMARY KEY (tenant_id, contact_id),
  constraint contacts_birthday CHECK (
CASE
    WHEN ((birth_month IS NULL) OR (birth_day IS NULL)) THEN ((birth_month IS NULL) AND (birth_day IS NULL) AND (birth_year IS NULL))
    ELSE (((birth_month >= 1) AND (birth_month <= 12)) AND ((birth_day >= 1) AND (birth_day <=
    CASE
        WHEN (birth_month = ANY (ARRAY[4, 6, 9, 11])) THEN 30
        WHEN (birth_month <> 2) THEN 31
        WHEN ((birth_year IS NULL) OR ((((birth_year)::integer % 4) = 0) AND ((((birth_year)::integer % 100) <> 0) OR (((birth_year)::integer % 400) = 0)))) THEN 29
        ELSE 28
    END)) AND ((birth_year IS NULL) OR ((birth_year >= 1) AND (birth_year <= 9999))))
END),
  constraint contacts_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint contacts_derived_zone_source_check CHECK ((derived_zone_source = ANY (ARRAY['address'::text, 'number'::text]))),
  constraint contacts_merged_into FOREIGN KEY (tenant_id, merged_into) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint contacts_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{6,14}$'::text)),
  constraint contacts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint contacts_tenant_id_phone_key UNIQUE (tenant_id, phone) INCLUDE (contact_id),
  constraint contacts_zone_source CHECK (((derived_zone IS NULL) = (derived_zone_source IS NULL)))
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
  absorbed_ids uuid[] default '{}'::uuid[] not null,
  reply_to text,
  constraint conversations_pkey PRIMARY KEY (tenant_id, conversation_id),
  constraint conversations_state_check CHECK ((state = ANY (ARRAY['inbox'::text, 'waiting'::text, 'closed'::text]))),
  constraint conversations_tenant_id_contact_id_channel_key UNIQUE (tenant_id, contact_id, channel),
  constraint conversations_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint conversations_tenant_id_sender_id_fkey FOREIGN KEY (tenant_id, sender_id) REFERENCES senders(tenant_id, sender_id),
  constraint conversations_unread_check CHECK ((unread >= 0))
);
alter table conversations enable row level security;
alter table conversations force row level security;

create table enrollments (
  tenant_id text not null,
  enrollment_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  contact_id uuid not null,
  state text default 'active'::text not null,
  step text,
  ordinal integer default 0 not null,
  attempt smallint default 0 not null,
  due_at timestamp with time zone,
  waiting jsonb,
  wakes_on text,
  source jsonb default '{}'::jsonb not null,
  source_key text,
  variables jsonb default '{}'::jsonb not null,
  end_reason text,
  started_at timestamp with time zone default moment() not null,
  ended_at timestamp with time zone,
  retry_of uuid,
  constraint enrollments_pkey PRIMARY KEY (tenant_id, enrollment_id),
  constraint enrollments_check CHECK (((state = ANY (ARRAY['completed'::text, 'canceled'::text, 'failed'::text])) = (end_reason IS NOT NULL))),
  constraint enrollments_check1 CHECK (((end_reason IS NOT NULL) = (ended_at IS NOT NULL))),
  constraint enrollments_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'completed'::text, 'canceled'::text, 'failed'::text]))),
  constraint enrollments_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint enrollments_tenant_id_retry_of_fkey FOREIGN KEY (tenant_id, retry_of) REFERENCES enrollments(tenant_id, enrollment_id) ON DELETE CASCADE,
  constraint enrollments_tenant_id_workflow_id_version_fkey FOREIGN KEY (tenant_id, workflow_id, version) REFERENCES workflow_versions(tenant_id, workflow_id, version)
);
alter table enrollments enable row level security;
alter table enrollments force row level security;

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
  only_for text,
  constraint events_pkey PRIMARY KEY (tenant_id, tx, "position")
);
alter table events enable row level security;
alter table events force row level security;

create table files (
  tenant_id text not null,
  file_id uuid not null,
  sha256 bytea not null,
  size bigint not null,
  content_type text not null,
  storage_key text not null,
  width integer,
  height integer,
  duration_ms integer,
  video_codec text,
  audio_codec text,
  plays text default 'everywhere'::text not null,
  converted_from uuid,
  created_at timestamp with time zone default moment() not null,
  wanted_at timestamp with time zone default moment() not null,
  constraint files_pkey PRIMARY KEY (tenant_id, file_id),
  constraint files_plays_check CHECK ((plays = ANY (ARRAY['everywhere'::text, 'some'::text, 'download'::text]))),
  constraint files_sha256_check CHECK ((length(sha256) = 32)),
  constraint files_size_check CHECK ((size > 0)),
  constraint files_tenant_id_converted_from_fkey FOREIGN KEY (tenant_id, converted_from) REFERENCES files(tenant_id, file_id) ON DELETE SET NULL (converted_from),
  constraint files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint files_tenant_id_sha256_key UNIQUE (tenant_id, sha256)
);
alter table files enable row level security;
alter table files force row level security;

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

create table inbound_media (
  tenant_id text not null,
  message_id uuid not null,
  due_at timestamp with time zone default moment() not null,
  tries smallint default 0 not null,
  constraint inbound_media_pkey PRIMARY KEY (tenant_id, message_id),
  constraint inbound_media_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES messages(tenant_id, message_id) ON DELETE CASCADE
);
alter table inbound_media enable row level security;
alter table inbound_media force row level security;

create table link_directory (
  tenant_id text not null,
  link_id uuid not null,
  code text not null,
  constraint link_directory_pkey PRIMARY KEY (tenant_id, link_id),
  constraint link_directory_tenant_id_link_id_fkey FOREIGN KEY (tenant_id, link_id) REFERENCES asset_links(tenant_id, link_id) ON DELETE CASCADE
);
alter table link_directory enable row level security;
alter table link_directory force row level security;

create table members (
  tenant_id text not null,
  member_id text not null,
  name text not null,
  role text not null,
  seen_at timestamp with time zone default moment() not null,
  phone text,
  constraint members_pkey PRIMARY KEY (tenant_id, member_id),
  constraint members_phone_check CHECK ((phone ~ '^\+[1-9][0-9]{6,14}$'::text)),
  constraint members_role_check CHECK ((role = ANY (ARRAY['agent'::text, 'manager'::text]))),
  constraint members_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table members enable row level security;
alter table members force row level security;

create table message_files (
  tenant_id text not null,
  message_id uuid not null,
  file_id uuid not null,
  constraint message_files_pkey PRIMARY KEY (tenant_id, message_id, file_id),
  constraint message_files_tenant_id_file_id_fkey FOREIGN KEY (tenant_id, file_id) REFERENCES files(tenant_id, file_id),
  constraint message_files_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES messages(tenant_id, message_id) ON DELETE CASCADE
);
alter table message_files enable row level security;
alter table message_files force row level security;

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
  first_body text,
  first_segments smallint,
  send_window jsonb,
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

create table notes (
  tenant_id text not null,
  note_id uuid not null,
  contact_id uuid not null,
  body text not null,
  mentions text[] default '{}'::text[] not null,
  author jsonb not null,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint notes_pkey PRIMARY KEY (tenant_id, note_id),
  constraint notes_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint notes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table notes enable row level security;
alter table notes force row level security;

create table notifications (
  tenant_id text not null,
  notification_id uuid not null,
  member_id text not null,
  kind text not null,
  contact_id uuid,
  conversation_id uuid,
  task_id uuid,
  note_id uuid,
  words text not null,
  actor jsonb,
  read_at timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  constraint notifications_pkey PRIMARY KEY (tenant_id, notification_id),
  constraint notifications_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint notifications_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table notifications enable row level security;
alter table notifications force row level security;

create table opportunities (
  tenant_id text not null,
  opportunity_id uuid not null,
  pipeline_id uuid not null,
  stage_id uuid not null,
  contact_id uuid not null,
  rank text not null,
  name text,
  value bigint,
  currency text,
  owner_id text,
  expected_close date,
  entered_at timestamp with time zone default moment() not null,
  closed_at timestamp with time zone,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint opportunities_pkey PRIMARY KEY (tenant_id, opportunity_id),
  constraint opportunities_check CHECK (((value IS NULL) = (currency IS NULL))),
  constraint opportunities_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  constraint opportunities_rank UNIQUE (tenant_id, stage_id, rank) DEFERRABLE,
  constraint opportunities_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint opportunities_tenant_id_pipeline_id_fkey FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines(tenant_id, pipeline_id),
  constraint opportunities_tenant_id_stage_id_fkey FOREIGN KEY (tenant_id, stage_id) REFERENCES stages(tenant_id, stage_id),
  constraint opportunities_value_check CHECK ((value >= 0))
);
alter table opportunities enable row level security;
alter table opportunities force row level security;

create table pipelines (
  tenant_id text not null,
  pipeline_id uuid not null,
  name text not null,
  is_default boolean default false not null,
  "position" integer default 0 not null,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint pipelines_pkey PRIMARY KEY (tenant_id, pipeline_id),
  constraint pipelines_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table pipelines enable row level security;
alter table pipelines force row level security;

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

create table quiet_hours (
  state text not null,
  name text not null,
  weekday smallint not null,
  opens time without time zone,
  closes time without time zone,
  constraint quiet_hours_pkey PRIMARY KEY (state, weekday),
  constraint quiet_hours_check CHECK ((((opens IS NULL) = (closes IS NULL)) AND ((opens IS NULL) OR (opens < closes)))),
  constraint quiet_hours_state_check CHECK ((state ~ '^([A-Z]{2})?$'::text)),
  constraint quiet_hours_weekday_check CHECK (((weekday >= 1) AND (weekday <= 7)))
);

create table segment_cursors (
  tenant_id text not null,
  tx xid8 not null,
  "position" bigint not null,
  judged_at timestamp with time zone not null,
  constraint segment_cursors_pkey PRIMARY KEY (tenant_id),
  constraint segment_cursors_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table segment_cursors enable row level security;
alter table segment_cursors force row level security;

create table segment_members (
  tenant_id text not null,
  segment_id uuid not null,
  contact_id uuid not null,
  since timestamp with time zone default moment() not null,
  constraint segment_members_pkey PRIMARY KEY (tenant_id, segment_id, contact_id),
  constraint segment_members_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint segment_members_tenant_id_segment_id_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments(tenant_id, segment_id) ON DELETE CASCADE
);
alter table segment_members enable row level security;
alter table segment_members force row level security;

create table segments (
  tenant_id text not null,
  segment_id uuid not null,
  name text not null,
  kind text not null,
  filter jsonb,
  time_zone text,
  refers_to uuid[] default '{}'::uuid[] not null,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint segments_pkey PRIMARY KEY (tenant_id, segment_id),
  constraint segments_check CHECK (((kind = 'dynamic'::text) = (filter IS NOT NULL))),
  constraint segments_kind_check CHECK ((kind = ANY (ARRAY['dynamic'::text, 'static'::text]))),
  constraint segments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table segments enable row level security;
alter table segments force row level security;

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
  forward_to text,
  constraint senders_pkey PRIMARY KEY (tenant_id, sender_id),
  constraint senders_forward_to_check CHECK ((forward_to ~ '^\+[1-9][0-9]{6,14}$'::text)),
  constraint senders_keyword_replies_check CHECK ((keyword_replies = ANY (ARRAY['carrier'::text, 'kit'::text]))),
  constraint senders_segments_per_second_check CHECK ((segments_per_second > (0)::double precision)),
  constraint senders_status_check CHECK ((status = ANY (ARRAY['active'::text, 'pending'::text, 'paused'::text]))),
  constraint senders_tenant_id_channel_address_key UNIQUE (tenant_id, channel, address),
  constraint senders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table senders enable row level security;
alter table senders force row level security;

create table stages (
  tenant_id text not null,
  stage_id uuid not null,
  pipeline_id uuid not null,
  name text not null,
  name_key text generated always as (lower(name)) stored,
  kind text not null,
  color text not null,
  probability smallint,
  "position" integer not null,
  constraint stages_pkey PRIMARY KEY (tenant_id, stage_id),
  constraint stages_kind_check CHECK ((kind = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text]))),
  constraint stages_probability_check CHECK (((probability >= 0) AND (probability <= 100))),
  constraint stages_tenant_id_pipeline_id_fkey FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines(tenant_id, pipeline_id) ON DELETE CASCADE,
  constraint stages_tenant_id_pipeline_id_name_key_key UNIQUE (tenant_id, pipeline_id, name_key) DEFERRABLE
);
alter table stages enable row level security;
alter table stages force row level security;

create table step_runs (
  tenant_id text not null,
  enrollment_id uuid not null,
  ordinal integer not null,
  step text not null,
  outcome text not null,
  detail jsonb,
  at timestamp with time zone default moment() not null,
  constraint step_runs_pkey PRIMARY KEY (tenant_id, enrollment_id, ordinal),
  constraint step_runs_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'skipped'::text, 'failed'::text])))
);
alter table step_runs enable row level security;
alter table step_runs force row level security;

create table suppressions (
  tenant_id text not null,
  channel text not null,
  address text not null,
  source text not null,
  since timestamp with time zone default moment() not null,
  withdrawn boolean default true not null,
  listed boolean default false not null,
  reason text,
  member jsonb,
  constraint suppressions_pkey PRIMARY KEY (tenant_id, channel, address),
  constraint suppressions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE,
  constraint suppressions_why CHECK ((withdrawn OR listed))
);
alter table suppressions enable row level security;
alter table suppressions force row level security;

create table task_reminders (
  tenant_id text not null,
  task_id uuid not null,
  due_at timestamp with time zone not null,
  constraint task_reminders_pkey PRIMARY KEY (tenant_id, task_id),
  constraint task_reminders_tenant_id_task_id_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES tasks(tenant_id, task_id) ON DELETE CASCADE
);
alter table task_reminders enable row level security;
alter table task_reminders force row level security;

create table tasks (
  tenant_id text not null,
  task_id uuid not null,
  contact_id uuid,
  title text not null,
  assignee_id text,
  due_day date,
  due_zone text,
  due_at timestamp with time zone,
  overdue_at timestamp with time zone,
  created_by jsonb,
  completed_at timestamp with time zone,
  completed_by jsonb,
  version integer default 1 not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint tasks_pkey PRIMARY KEY (tenant_id, task_id),
  constraint tasks_check CHECK (((due_day IS NULL) = (due_zone IS NULL))),
  constraint tasks_check1 CHECK (((due_at IS NULL) = (overdue_at IS NULL))),
  constraint tasks_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint tasks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table tasks enable row level security;
alter table tasks force row level security;

create table template_versions (
  tenant_id text not null,
  template_id uuid not null,
  version integer not null,
  body text not null,
  author jsonb,
  created_at timestamp with time zone default moment() not null,
  constraint template_versions_pkey PRIMARY KEY (tenant_id, template_id, version),
  constraint template_versions_tenant_id_template_id_fkey FOREIGN KEY (tenant_id, template_id) REFERENCES templates(tenant_id, template_id) ON DELETE CASCADE
);
alter table template_versions enable row level security;
alter table template_versions force row level security;

create table templates (
  tenant_id text not null,
  template_id uuid not null,
  key text not null,
  name text not null,
  channel text default 'sms'::text not null,
  version integer default 1 not null,
  body text not null,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  deleted_at timestamp with time zone,
  constraint templates_pkey PRIMARY KEY (tenant_id, template_id),
  constraint templates_key_check CHECK ((key ~ '^[a-z][a-z0-9_-]{0,62}$'::text)),
  constraint templates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table templates enable row level security;
alter table templates force row level security;

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

create table told_events (
  tenant_id text not null,
  key text not null,
  answer jsonb default '{}'::jsonb not null,
  told_at timestamp with time zone default moment() not null,
  constraint told_events_pkey PRIMARY KEY (tenant_id, key),
  constraint told_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table told_events enable row level security;
alter table told_events force row level security;

create table tracked_link_directory (
  tenant_id text not null,
  link_id uuid not null,
  code text not null,
  constraint tracked_link_directory_pkey PRIMARY KEY (tenant_id, link_id),
  constraint tracked_link_directory_tenant_id_link_id_fkey FOREIGN KEY (tenant_id, link_id) REFERENCES tracked_links(tenant_id, link_id) ON DELETE CASCADE
);
alter table tracked_link_directory enable row level security;
alter table tracked_link_directory force row level security;

create table tracked_links (
  tenant_id text not null,
  link_id uuid not null,
  code text not null,
  url text not null,
  contact_id uuid,
  source jsonb default '{}'::jsonb not null,
  clicks integer default 0 not null,
  first_click timestamp with time zone,
  expires_at timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  constraint tracked_links_pkey PRIMARY KEY (tenant_id, link_id),
  constraint tracked_links_tenant_id_code_key UNIQUE (tenant_id, code),
  constraint tracked_links_tenant_id_contact_id_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts(tenant_id, contact_id) ON DELETE CASCADE,
  constraint tracked_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table tracked_links enable row level security;
alter table tracked_links force row level security;

create table upload_alarms (
  tenant_id text not null,
  upload_id uuid not null,
  due_at timestamp with time zone not null,
  constraint upload_alarms_pkey PRIMARY KEY (tenant_id, upload_id),
  constraint upload_alarms_tenant_id_upload_id_fkey FOREIGN KEY (tenant_id, upload_id) REFERENCES uploads(tenant_id, upload_id) ON DELETE CASCADE
);
alter table upload_alarms enable row level security;
alter table upload_alarms force row level security;

create table uploads (
  tenant_id text not null,
  upload_id uuid not null,
  purpose text default 'asset'::text not null,
  asset_id uuid not null,
  name text not null,
  size bigint not null,
  received bigint default 0 not null,
  settings jsonb default '{}'::jsonb not null,
  sha256 bytea,
  storage_key text not null,
  place jsonb,
  state text default 'open'::text not null,
  problem jsonb,
  author jsonb not null,
  fence integer default 0 not null,
  writer integer,
  lease_until timestamp with time zone,
  created_at timestamp with time zone default moment() not null,
  expires_at timestamp with time zone default (moment() + '2 days'::interval) not null,
  constraint uploads_pkey PRIMARY KEY (tenant_id, upload_id),
  constraint uploads_check CHECK (((received >= 0) AND (received <= size))),
  constraint uploads_purpose_check CHECK ((purpose = ANY (ARRAY['asset'::text, 'replace'::text, 'poster'::text, 'captions'::text]))),
  constraint uploads_sha256_check CHECK ((length(sha256) = 32)),
  constraint uploads_size_check CHECK ((size > 0)),
  constraint uploads_state_check CHECK ((state = ANY (ARRAY['open'::text, 'finishing'::text, 'done'::text, 'refused'::text]))),
  constraint uploads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table uploads enable row level security;
alter table uploads force row level security;

create table workflow_assets (
  tenant_id text not null,
  workflow_id uuid not null,
  asset text not null,
  constraint workflow_assets_pkey PRIMARY KEY (tenant_id, workflow_id, asset),
  constraint workflow_assets_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE
);
alter table workflow_assets enable row level security;
alter table workflow_assets force row level security;

create table workflow_clocks (
  tenant_id text not null,
  due_at timestamp with time zone not null,
  constraint workflow_clocks_pkey PRIMARY KEY (tenant_id),
  constraint workflow_clocks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table workflow_clocks enable row level security;
alter table workflow_clocks force row level security;

create table workflow_counts (
  tenant_id text not null,
  workflow_id uuid not null,
  step text not null,
  what text not null,
  count integer not null,
  constraint workflow_counts_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE
);
alter table workflow_counts enable row level security;
alter table workflow_counts force row level security;

create table workflow_cursors (
  tenant_id text not null,
  tx xid8 not null,
  "position" bigint not null,
  read_at timestamp with time zone default moment() not null,
  constraint workflow_cursors_pkey PRIMARY KEY (tenant_id),
  constraint workflow_cursors_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table workflow_cursors enable row level security;
alter table workflow_cursors force row level security;

create table workflow_failures (
  tenant_id text not null,
  enrollment_id uuid not null,
  ordinal integer not null,
  workflow_id uuid not null,
  step text not null,
  reason text not null,
  at timestamp with time zone default moment() not null,
  retried_at timestamp with time zone,
  retried_by jsonb,
  retry_id uuid,
  constraint workflow_failures_pkey PRIMARY KEY (tenant_id, enrollment_id, ordinal),
  constraint workflow_failures_check CHECK (((retried_at IS NULL) = (retry_id IS NULL))),
  constraint workflow_failures_tenant_id_enrollment_id_ordinal_fkey FOREIGN KEY (tenant_id, enrollment_id, ordinal) REFERENCES step_runs(tenant_id, enrollment_id, ordinal) ON DELETE CASCADE
);
alter table workflow_failures enable row level security;
alter table workflow_failures force row level security;

create table workflow_old_hooks (
  tenant_id text not null,
  token text not null,
  workflow_id uuid not null,
  key text not null,
  until timestamp with time zone not null,
  constraint workflow_old_hooks_pkey PRIMARY KEY (tenant_id, token),
  constraint workflow_old_hooks_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE
);
alter table workflow_old_hooks enable row level security;
alter table workflow_old_hooks force row level security;

create table workflow_request_wakeups (
  tenant_id text not null,
  due_at timestamp with time zone not null,
  constraint workflow_request_wakeups_pkey PRIMARY KEY (tenant_id),
  constraint workflow_request_wakeups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table workflow_request_wakeups enable row level security;
alter table workflow_request_wakeups force row level security;

create table workflow_requests (
  tenant_id text not null,
  request_id uuid not null,
  enrollment_id uuid not null,
  ordinal integer not null,
  kind text not null,
  request jsonb not null,
  state text default 'queued'::text not null,
  attempts smallint default 0 not null,
  due_at timestamp with time zone,
  leased_until timestamp with time zone,
  answer jsonb,
  created_at timestamp with time zone default moment() not null,
  constraint workflow_requests_pkey PRIMARY KEY (tenant_id, request_id),
  constraint workflow_requests_kind_check CHECK ((kind = ANY (ARRAY['http_request'::text, 'webhook'::text, 'messenger'::text]))),
  constraint workflow_requests_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'done'::text, 'failed'::text, 'canceled'::text]))),
  constraint workflow_requests_tenant_id_enrollment_id_fkey FOREIGN KEY (tenant_id, enrollment_id) REFERENCES enrollments(tenant_id, enrollment_id) ON DELETE CASCADE
);
alter table workflow_requests enable row level security;
alter table workflow_requests force row level security;

create table workflow_rotations (
  tenant_id text not null,
  workflow_id uuid not null,
  step text not null,
  turn bigint not null,
  constraint workflow_rotations_pkey PRIMARY KEY (tenant_id, workflow_id, step),
  constraint workflow_rotations_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE
);
alter table workflow_rotations enable row level security;
alter table workflow_rotations force row level security;

create table workflow_triggers (
  tenant_id text not null,
  workflow_id uuid not null,
  ordinal smallint not null,
  kind text not null,
  trigger jsonb not null,
  since xid8 default pg_current_xact_id() not null,
  due_at timestamp with time zone,
  swept_at timestamp with time zone,
  place jsonb,
  token text,
  sample jsonb,
  sampled_at timestamp with time zone,
  constraint workflow_triggers_pkey PRIMARY KEY (tenant_id, workflow_id, ordinal),
  constraint workflow_triggers_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE
);
alter table workflow_triggers enable row level security;
alter table workflow_triggers force row level security;

create table workflow_versions (
  tenant_id text not null,
  workflow_id uuid not null,
  version integer not null,
  definition jsonb not null,
  source text not null,
  published_by jsonb,
  published_at timestamp with time zone default moment() not null,
  first_step text generated always as ((definition #>> '{steps,0,id}'::text[])) stored,
  re_entry jsonb generated always as ((definition #> '{settings,re_entry}'::text[])) stored,
  goal jsonb generated always as ((definition #> '{settings,goal}'::text[])) stored,
  stop_on_reply boolean generated always as ((definition @> '{"settings": {"stop_on_reply": true}}'::jsonb)) stored,
  cancel_on_opt_out boolean generated always as ((NOT (definition @> '{"settings": {"on_opt_out": "skip_channel"}}'::jsonb))) stored,
  constraint workflow_versions_pkey PRIMARY KEY (tenant_id, workflow_id, version),
  constraint workflow_versions_tenant_id_workflow_id_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows(tenant_id, workflow_id) ON DELETE CASCADE,
  constraint workflow_versions_version_check CHECK ((version > 0))
);
alter table workflow_versions enable row level security;
alter table workflow_versions force row level security;

create table workflow_wakeups (
  tenant_id text not null,
  due_at timestamp with time zone not null,
  constraint workflow_wakeups_pkey PRIMARY KEY (tenant_id),
  constraint workflow_wakeups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table workflow_wakeups enable row level security;
alter table workflow_wakeups force row level security;

create table workflows (
  tenant_id text not null,
  workflow_id uuid not null,
  key text not null,
  name text not null,
  state text default 'draft'::text not null,
  draft text not null,
  summary jsonb default '{}'::jsonb not null,
  published integer,
  priority smallint default 5 not null,
  revision integer default 1 not null,
  paused_at timestamp with time zone,
  author jsonb,
  created_at timestamp with time zone default moment() not null,
  updated_at timestamp with time zone default moment() not null,
  constraint workflows_pkey PRIMARY KEY (tenant_id, workflow_id),
  constraint workflows_key_check CHECK ((key ~ '^[a-z][a-z0-9-]{0,62}$'::text)),
  constraint workflows_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text, 'archived'::text]))),
  constraint workflows_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(tenant_id) ON DELETE CASCADE
);
alter table workflows enable row level security;
alter table workflows force row level security;

-- indexes

CREATE INDEX asset_links_asset ON asset_links USING btree (tenant_id, asset_id, link_id DESC);

CREATE INDEX asset_links_contact ON asset_links USING btree (tenant_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX asset_links_message ON asset_links USING btree (tenant_id, message_id) WHERE (message_id IS NOT NULL);

CREATE INDEX asset_views_asset ON asset_views USING btree (tenant_id, asset_id, view_id DESC);

CREATE INDEX asset_views_link ON asset_views USING btree (tenant_id, link_id);

CREATE INDEX assets_captions ON assets USING btree (tenant_id, captions_id) WHERE (captions_id IS NOT NULL);

CREATE INDEX assets_file ON assets USING btree (tenant_id, file_id);

CREATE INDEX assets_gone ON assets USING btree (tenant_id, deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE UNIQUE INDEX assets_key ON assets USING btree (tenant_id, key) WHERE (deleted_at IS NULL);

CREATE INDEX assets_poster ON assets USING btree (tenant_id, poster_id) WHERE (poster_id IS NOT NULL);

CREATE INDEX assets_recent ON assets USING btree (tenant_id, asset_id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX bulk_jobs_recent ON bulk_jobs USING btree (tenant_id, created_at DESC, job_id DESC);

CREATE INDEX bulk_leases_due ON bulk_leases USING btree (due_at);

CREATE INDEX call_lanes_due ON call_lanes USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX call_lanes_of_account ON call_lanes USING btree (account_sid, placed_at);

CREATE UNIQUE INDEX calls_carrier_sid ON calls USING btree (tenant_id, carrier_sid) WHERE (carrier_sid IS NOT NULL);

CREATE INDEX calls_due ON calls USING btree (tenant_id, account_sid, status, due_at, call_id) WHERE (due_at IS NOT NULL);

CREATE INDEX calls_of_contact ON calls USING btree (tenant_id, contact_id, created_at DESC);

CREATE UNIQUE INDEX calls_of_step ON calls USING btree (tenant_id, enrollment_id, ordinal) WHERE (enrollment_id IS NOT NULL);

CREATE INDEX consent_records_of_address ON consent_records USING btree (tenant_id, channel, address, occurred_at DESC, record_id DESC);

CREATE INDEX consent_records_recorded ON consent_records USING btree (tenant_id, recorded_at, record_id);

CREATE INDEX consent_requests_of_address ON consent_requests USING btree (tenant_id, channel, address, asked_at DESC);

CREATE INDEX consent_requests_of_contact ON consent_requests USING btree (tenant_id, contact_id);

CREATE UNIQUE INDEX consent_requests_open ON consent_requests USING btree (tenant_id, channel, address) WHERE (state = 'open'::text);

CREATE INDEX contact_addresses_of ON contact_addresses USING btree (tenant_id, contact_id);

CREATE INDEX contact_merges_loser ON contact_merges USING btree (tenant_id, loser_id);

CREATE INDEX contact_merges_of ON contact_merges USING btree (tenant_id, winner_id, merge_id) WHERE (undone_at IS NULL);

CREATE INDEX contacts_by_birthday ON contacts USING btree (tenant_id, birth_month, birth_day) WHERE ((birth_month IS NOT NULL) AND (merged_into IS NULL));

CREATE INDEX contacts_by_email ON contacts USING btree (tenant_id, email_key) WHERE (email_key IS NOT NULL);

CREATE INDEX contacts_by_last_digits ON contacts USING btree (tenant_id, phone_key) WHERE (phone_key IS NOT NULL);

CREATE INDEX contacts_by_last_name ON contacts USING btree (tenant_id, last_name_key) WHERE (last_name_key IS NOT NULL);

CREATE INDEX contacts_by_name ON contacts USING btree (tenant_id, name_key) WHERE (name_key IS NOT NULL);

CREATE INDEX contacts_in_order ON contacts USING btree (tenant_id, COALESCE(name_key, '􏿿'::text), contact_id) WHERE (merged_into IS NULL);

CREATE INDEX contacts_merged ON contacts USING btree (tenant_id, merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX conversations_by_state ON conversations USING btree (tenant_id, state, last_message_at DESC, conversation_id DESC);

CREATE INDEX conversations_recent ON conversations USING btree (tenant_id, last_message_at DESC, conversation_id DESC);

CREATE INDEX conversations_unread ON conversations USING btree (tenant_id) WHERE (unread > 0);

CREATE INDEX enrollments_due ON enrollments USING btree (tenant_id, workflow_id, due_at) WHERE ((state = 'active'::text) AND (due_at IS NOT NULL));

CREATE INDEX enrollments_ended ON enrollments USING btree (tenant_id, workflow_id, ended_at, enrollment_id) WHERE (ended_at IS NOT NULL);

CREATE INDEX enrollments_of_contact ON enrollments USING btree (tenant_id, contact_id, started_at DESC);

CREATE UNIQUE INDEX enrollments_once ON enrollments USING btree (tenant_id, workflow_id, contact_id, (
CASE
    WHEN (retry_of IS NOT NULL) THEN enrollment_id
    ELSE NULL::uuid
END)) NULLS NOT DISTINCT WHERE (state = ANY (ARRAY['active'::text, 'paused'::text]));

CREATE INDEX enrollments_retries ON enrollments USING btree (tenant_id, retry_of) WHERE (retry_of IS NOT NULL);

CREATE UNIQUE INDEX enrollments_source ON enrollments USING btree (tenant_id, workflow_id, source_key, contact_id) WHERE (source_key IS NOT NULL);

CREATE INDEX enrollments_waking ON enrollments USING btree (tenant_id, wakes_on, contact_id) WHERE ((state = 'active'::text) AND (wakes_on IS NOT NULL));

CREATE INDEX events_by_type ON events USING btree (tenant_id, type, occurred_at, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX events_in_thread ON events USING btree (tenant_id, conversation_id, occurred_at) WHERE ((conversation_id IS NOT NULL) AND (message_id IS NULL));

CREATE INDEX events_in_timeline ON events USING btree (tenant_id, contact_id, occurred_at DESC, "position" DESC) WHERE ((contact_id IS NOT NULL) AND (type <> ALL (ARRAY['message.updated'::text, 'message.sent'::text, 'message.delivered'::text, 'message.undelivered'::text, 'message.failed'::text, 'message.read'::text, 'message.canceled'::text])) AND ((type <> 'conversation.updated'::text) OR (data ?| ARRAY['state'::text, 'assignee'::text])));

CREATE INDEX events_of_contact ON events USING btree (tenant_id, contact_id, type, occurred_at) WHERE (contact_id IS NOT NULL);

CREATE INDEX files_by_key ON files USING btree (tenant_id, storage_key);

CREATE INDEX files_converted ON files USING btree (tenant_id, converted_from) WHERE (converted_from IS NOT NULL);

CREATE INDEX inbound_media_due ON inbound_media USING btree (due_at);

CREATE UNIQUE INDEX link_directory_code ON link_directory USING btree (code);

CREATE INDEX message_files_file ON message_files USING btree (tenant_id, file_id);

CREATE UNIQUE INDEX messages_carrier_sid ON messages USING btree (tenant_id, carrier_sid) WHERE (carrier_sid IS NOT NULL);

CREATE INDEX messages_due ON messages USING btree (tenant_id, sender_id, status, due_at, message_id) WHERE (due_at IS NOT NULL);

CREATE INDEX messages_in_flight ON messages USING btree (tenant_id, sender_id, lease_until) WHERE (status = 'sending'::text);

CREATE INDEX messages_thread ON messages USING btree (tenant_id, conversation_id, created_at DESC, message_id DESC);

CREATE INDEX messages_waiting ON messages USING btree (tenant_id, contact_id, due_at, message_id) WHERE ((status = 'queued'::text) AND (hold_reason IS NOT NULL));

CREATE INDEX notes_of_contact ON notes USING btree (tenant_id, contact_id, created_at DESC, note_id DESC);

CREATE INDEX notifications_of ON notifications USING btree (tenant_id, member_id, created_at DESC, notification_id DESC);

CREATE INDEX notifications_of_contact ON notifications USING btree (tenant_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX notifications_unread ON notifications USING btree (tenant_id, member_id) WHERE (read_at IS NULL);

CREATE INDEX opportunities_of_contact ON opportunities USING btree (tenant_id, contact_id);

CREATE INDEX opportunities_sums ON opportunities USING btree (tenant_id, pipeline_id, stage_id) INCLUDE (currency, value);

CREATE UNIQUE INDEX pipelines_default ON pipelines USING btree (tenant_id) WHERE is_default;

CREATE UNIQUE INDEX pipelines_name ON pipelines USING btree (tenant_id, lower(name));

CREATE INDEX segment_cursors_judged ON segment_cursors USING btree (judged_at);

CREATE INDEX segment_members_of_contact ON segment_members USING btree (tenant_id, contact_id);

CREATE UNIQUE INDEX segments_name ON segments USING btree (tenant_id, lower(name));

CREATE UNIQUE INDEX sender_directory_address ON sender_directory USING btree (account_sid, channel, address);

CREATE INDEX sender_wakeups_due ON sender_wakeups USING btree (due_at);

CREATE UNIQUE INDEX senders_one_default ON senders USING btree (tenant_id, channel) WHERE is_default;

CREATE INDEX task_reminders_due ON task_reminders USING btree (due_at);

CREATE INDEX tasks_of_contact ON tasks USING btree (tenant_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX tasks_open ON tasks USING btree (tenant_id, assignee_id, due_at, task_id) WHERE (completed_at IS NULL);

CREATE UNIQUE INDEX templates_key ON templates USING btree (tenant_id, key) WHERE (deleted_at IS NULL);

CREATE INDEX told_events_old ON told_events USING btree (tenant_id, told_at);

CREATE UNIQUE INDEX tracked_link_directory_code ON tracked_link_directory USING btree (code);

CREATE INDEX tracked_links_of_contact ON tracked_links USING btree (tenant_id, contact_id) WHERE (contact_id IS NOT NULL);

CREATE INDEX upload_alarms_due ON upload_alarms USING btree (due_at);

CREATE INDEX uploads_key ON uploads USING btree (tenant_id, storage_key);

CREATE INDEX workflow_assets_asset ON workflow_assets USING btree (tenant_id, asset);

CREATE INDEX workflow_clocks_due ON workflow_clocks USING btree (due_at);

CREATE INDEX workflow_counts_of ON workflow_counts USING btree (tenant_id, workflow_id) INCLUDE (step, what, count);

CREATE INDEX workflow_cursors_read ON workflow_cursors USING btree (read_at);

CREATE INDEX workflow_failures_of ON workflow_failures USING btree (tenant_id, workflow_id, at, enrollment_id, ordinal) WHERE (retried_at IS NULL);

CREATE INDEX workflow_failures_open ON workflow_failures USING btree (tenant_id, at, enrollment_id, ordinal) WHERE (retried_at IS NULL);

CREATE INDEX workflow_old_hooks_of ON workflow_old_hooks USING btree (tenant_id, workflow_id, key);

CREATE INDEX workflow_request_wakeups_due ON workflow_request_wakeups USING btree (due_at);

CREATE INDEX workflow_requests_due ON workflow_requests USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX workflow_requests_of ON workflow_requests USING btree (tenant_id, enrollment_id);

CREATE INDEX workflow_triggers_due ON workflow_triggers USING btree (tenant_id, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX workflow_triggers_of_kind ON workflow_triggers USING btree (tenant_id, kind);

CREATE UNIQUE INDEX workflow_triggers_token ON workflow_triggers USING btree (tenant_id, token) WHERE (token IS NOT NULL);

CREATE INDEX workflow_versions_with_goal ON workflow_versions USING btree (tenant_id, workflow_id, version) WHERE (goal IS NOT NULL);

CREATE INDEX workflow_wakeups_due ON workflow_wakeups USING btree (due_at);

CREATE UNIQUE INDEX workflows_key ON workflows USING btree (tenant_id, key) WHERE (state <> 'archived'::text);

-- policies

create policy read_by_clients on agency_suppressions as permissive for select to public using ((tenant_id = ( SELECT tenants.parent_tenant_id
   FROM tenants
  WHERE (tenants.tenant_id = ( SELECT current_tenant() AS current_tenant)))));

create policy tenant_isolation on agency_suppressions as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on asset_links as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on asset_views as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on assets as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on bulk_files as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on bulk_jobs as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on bulk_leases as permissive for select to public using (true);

create policy tenant_isolation on bulk_leases as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on bulk_pieces as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on call_lanes as permissive for select to public using (true);

create policy tenant_isolation on call_lanes as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on calls as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on consent_records as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on consent_requests as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on consents as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on contact_addresses as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on contact_fields as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on contact_merges as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on contacts as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on conversations as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on enrollments as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on events as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on files as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on idempotency_keys as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on inbound_media as permissive for select to public using (true);

create policy tenant_isolation on inbound_media as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on link_directory as permissive for select to public using (true);

create policy tenant_isolation on link_directory as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on members as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on message_files as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on messages as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on notes as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on notifications as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on opportunities as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on pipelines as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on quick_replies as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on segment_cursors as permissive for select to public using (true);

create policy tenant_isolation on segment_cursors as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on segment_members as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on segments as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on sender_directory as permissive for select to public using (true);

create policy tenant_isolation on sender_directory as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on sender_wakeups as permissive for select to public using (true);

create policy tenant_isolation on sender_wakeups as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on senders as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on stages as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on step_runs as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on suppressions as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on task_reminders as permissive for select to public using (true);

create policy tenant_isolation on task_reminders as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on tasks as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on template_versions as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on templates as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on tenants as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on told_events as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on tracked_link_directory as permissive for select to public using (true);

create policy tenant_isolation on tracked_link_directory as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on tracked_links as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on upload_alarms as permissive for select to public using (true);

create policy tenant_isolation on upload_alarms as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on uploads as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_assets as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on workflow_clocks as permissive for select to public using (true);

create policy tenant_isolation on workflow_clocks as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_counts as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on workflow_cursors as permissive for select to public using (true);

create policy tenant_isolation on workflow_cursors as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_failures as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_old_hooks as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on workflow_request_wakeups as permissive for select to public using (true);

create policy tenant_isolation on workflow_request_wakeups as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_requests as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_rotations as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_triggers as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflow_versions as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy found_by_anyone on workflow_wakeups as permissive for select to public using (true);

create policy tenant_isolation on workflow_wakeups as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

create policy tenant_isolation on workflows as permissive for all to public using ((tenant_id = ( SELECT current_tenant() AS current_tenant))) with check ((tenant_id = ( SELECT current_tenant() AS current_tenant)));

-- functions

CREATE OR REPLACE FUNCTION patchbay.after_closed_hours(at timestamp with time zone, zone text, fallback text, hours jsonb)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  here timestamp := local_time(at, zone, fallback);
  opens interval := coalesce(hours ->> 'from', '00:00')::interval;
  closes interval := coalesce(hours ->> 'to', '24:00')::interval;
  day timestamp;
  opening timestamptz;
begin
  -- one that ends before it begins goes on to the next day, which need not be one of its days
  if closes < opens then closes := closes + interval '24 hours'; end if;
  if closes = opens then return at + interval '7 days'; end if;
  for ahead in -1..7 loop
    day := here::date + ahead;
    if hours -> 'days' is not null
      and not hours -> 'days' ? (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow from day)]
    then continue; end if;
    if here >= day + closes then continue; end if;
    if here >= day + opens then return at; end if;
    opening := at + (day + opens - here);
    -- the clock has jumped in between
    return opening + (day + opens - local_time(opening, zone, fallback));
  end loop;
  return at + interval '7 days';
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.after_quiet_hours(at timestamp with time zone, zone text, fallback text, residence text)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  here timestamp := local_time(at, zone, fallback);
  today date := here::date;
  wanted text := upper(btrim(coalesce(residence, '')));
  rule record;
begin
  for ahead in 0..7 loop
    select q.opens, q.closes into rule from quiet_hours q
    where q.weekday = extract(isodow from today + ahead) and (q.state in (wanted, '') or q.name = wanted)
    order by q.state = '' limit 1;
    if rule.opens is null or here >= today + ahead + rule.closes then continue; end if;
    if here >= today + ahead + rule.opens then return at; end if;
    return at + (today + ahead + rule.opens - here);
  end loop;
  -- only rows that somebody has emptied lead here: better a week late than in the night
  return at + interval '7 days';
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.consent_strength(kind text)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select case kind when 'express_written' then 3 when 'express' then 2 when 'implied' then 1
    when 'transactional' then 1 else 0 end $function$
;

CREATE OR REPLACE FUNCTION patchbay.count_enrollments()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'patchbay'
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into workflow_counts
    select tenant_id, workflow_id, coalesce(step, ''),
      case when state = 'active' and waiting is not null then 'waiting' else state end, count(*)
    from fresh where retry_of is null group by 1, 2, 3, 4;
  elsif tg_op = 'DELETE' then
    insert into workflow_counts
    select tenant_id, workflow_id, coalesce(step, ''),
      case when state = 'active' and waiting is not null then 'waiting' else state end, -count(*)
    from stale
    -- with an account all of its workflows go
    where retry_of is null
      and exists (select from workflows w where w.tenant_id = stale.tenant_id and w.workflow_id = stale.workflow_id)
    group by 1, 2, 3, 4;
  else
    insert into workflow_counts
    select tenant_id, workflow_id, step, what, sum(n) from (
      select tenant_id, workflow_id, coalesce(step, '') as step,
        case when state = 'active' and waiting is not null then 'waiting' else state end as what, 1 as n
      from fresh where retry_of is null
      union all
      select tenant_id, workflow_id, coalesce(step, ''),
        case when state = 'active' and waiting is not null then 'waiting' else state end, -1
      from stale where retry_of is null
    ) moved group by 1, 2, 3, 4 having sum(n) <> 0;
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.count_steps()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'patchbay'
AS $function$
begin
  insert into workflow_counts
  select r.tenant_id, e.workflow_id, r.step, 'step_' || r.outcome, count(*)
  from fresh r join (
    select tenant_id, enrollment_id, workflow_id from enrollments
    where tenant_id = any(array(select distinct tenant_id from fresh))
      and enrollment_id = any(array(select distinct enrollment_id from fresh))
  ) e on e.tenant_id = r.tenant_id and e.enrollment_id = r.enrollment_id
  group by 1, 2, 3, 4;
  if exists (select from fresh where outcome = 'failed') then
    insert into workflow_failures (tenant_id, enrollment_id, ordinal, workflow_id, step, reason)
    select r.tenant_id, r.enrollment_id, r.ordinal, e.workflow_id, r.step, coalesce(r.detail ->> 'reason', '')
    from fresh r join enrollments e on e.tenant_id = r.tenant_id and e.enrollment_id = r.enrollment_id
    where r.outcome = 'failed';
  end if;
  return null;
end $function$
;

CREATE OR REPLACE FUNCTION patchbay.current_tenant()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('patchbay.tenant', true), '') $function$
;

CREATE OR REPLACE FUNCTION patchbay.forget_steps()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'patchbay'
AS $function$
begin
  delete from step_runs r using stale
  where r.tenant_id = stale.tenant_id and r.enrollment_id = stale.enrollment_id;
  return null;
end $function$
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

CREATE OR REPLACE FUNCTION patchbay.step_turned_out()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'patchbay'
AS $function$
declare
  workflow uuid := (select e.workflow_id from enrollments e
    where e.tenant_id = new.tenant_id and e.enrollment_id = new.enrollment_id);
begin
  insert into workflow_counts values
    (new.tenant_id, workflow, new.step, 'step_' || old.outcome, -1),
    (new.tenant_id, workflow, new.step, 'step_' || new.outcome, 1);
  if new.outcome = 'failed' then
    insert into workflow_failures (tenant_id, enrollment_id, ordinal, workflow_id, step, reason)
    values (new.tenant_id, new.enrollment_id, new.ordinal, workflow, new.step, coalesce(new.detail ->> 'reason', ''));
  else
    delete from workflow_failures
    where tenant_id = new.tenant_id and enrollment_id = new.enrollment_id and ordinal = new.ordinal;
  end if;
  return null;
end $function$
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

-- triggers

CREATE TRIGGER enrollments_counted_in AFTER INSERT ON patchbay.enrollments REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_enrollments();

CREATE TRIGGER enrollments_counted_out AFTER DELETE ON patchbay.enrollments REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION count_enrollments();

CREATE TRIGGER enrollments_counted_over AFTER UPDATE ON patchbay.enrollments REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_enrollments();

CREATE TRIGGER enrollments_forgotten AFTER DELETE ON patchbay.enrollments REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION forget_steps();

CREATE TRIGGER step_runs_counted AFTER INSERT ON patchbay.step_runs REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_steps();

CREATE TRIGGER step_runs_turned_out AFTER UPDATE ON patchbay.step_runs FOR EACH ROW WHEN ((old.outcome IS DISTINCT FROM new.outcome)) EXECUTE FUNCTION step_turned_out();

-- grants

grant delete, insert, select, update on agency_suppressions to patchbay_app;

grant delete, insert, select, update on asset_links to patchbay_app;

grant delete, insert, select, update on asset_views to patchbay_app;

grant delete, insert, select, update on assets to patchbay_app;

grant delete, insert, select, update on bulk_files to patchbay_app;

grant delete, insert, select, update on bulk_jobs to patchbay_app;

grant delete, insert, select, update on bulk_leases to patchbay_app;

grant delete, insert, select, update on bulk_pieces to patchbay_app;

grant delete, insert, select, update on call_lanes to patchbay_app;

grant delete, insert, select, update on calls to patchbay_app;

grant insert, select on consent_records to patchbay_app;

grant delete, insert, select, update on consent_requests to patchbay_app;

grant delete, insert, select, update on consents to patchbay_app;

grant delete, insert, select, update on contact_addresses to patchbay_app;

grant delete, insert, select, update on contact_fields to patchbay_app;

grant delete, insert, select, update on contact_merges to patchbay_app;

grant delete, insert, select, update on contacts to patchbay_app;

grant delete, insert, select, update on conversations to patchbay_app;

grant delete, insert, select, update on enrollments to patchbay_app;

grant insert, select on events to patchbay_app;

grant delete, insert, select, update on files to patchbay_app;

grant delete, insert, select, update on idempotency_keys to patchbay_app;

grant delete, insert, select, update on inbound_media to patchbay_app;

grant delete, insert, select, update on link_directory to patchbay_app;

grant delete, insert, select, update on members to patchbay_app;

grant delete, insert, select, update on message_files to patchbay_app;

grant delete, insert, select, update on messages to patchbay_app;

grant delete, insert, select, update on notes to patchbay_app;

grant delete, insert, select, update on notifications to patchbay_app;

grant delete, insert, select, update on opportunities to patchbay_app;

grant delete, insert, select, update on pipelines to patchbay_app;

grant delete, insert, select, update on quick_replies to patchbay_app;

grant select on quiet_hours to patchbay_app;

grant delete, insert, select, update on segment_cursors to patchbay_app;

grant delete, insert, select, update on segment_members to patchbay_app;

grant delete, insert, select, update on segments to patchbay_app;

grant delete, insert, select, update on sender_directory to patchbay_app;

grant delete, insert, select, update on sender_wakeups to patchbay_app;

grant delete, insert, select, update on senders to patchbay_app;

grant delete, insert, select, update on stages to patchbay_app;

grant delete, insert, select, update on step_runs to patchbay_app;

grant delete, insert, select, update on suppressions to patchbay_app;

grant delete, insert, select, update on task_reminders to patchbay_app;

grant delete, insert, select, update on tasks to patchbay_app;

grant delete, insert, select, update on template_versions to patchbay_app;

grant delete, insert, select, update on templates to patchbay_app;

grant delete, insert, select, update on tenants to patchbay_app;

grant delete, insert, select, update on told_events to patchbay_app;

grant delete, insert, select, update on tracked_link_directory to patchbay_app;

grant delete, insert, select, update on tracked_links to patchbay_app;

grant delete, insert, select, update on upload_alarms to patchbay_app;

grant delete, insert, select, update on uploads to patchbay_app;

grant delete, insert, select, update on workflow_assets to patchbay_app;

grant delete, insert, select, update on workflow_clocks to patchbay_app;

grant delete, insert, select, update on workflow_counts to patchbay_app;

grant delete, insert, select, update on workflow_cursors to patchbay_app;

grant delete, insert, select, update on workflow_failures to patchbay_app;

grant delete, insert, select, update on workflow_old_hooks to patchbay_app;

grant delete, insert, select, update on workflow_request_wakeups to patchbay_app;

grant delete, insert, select, update on workflow_requests to patchbay_app;

grant delete, insert, select, update on workflow_rotations to patchbay_app;

grant delete, insert, select, update on workflow_triggers to patchbay_app;

grant delete, insert, select, update on workflow_versions to patchbay_app;

grant delete, insert, select, update on workflow_wakeups to patchbay_app;

grant delete, insert, select, update on workflows to patchbay_app;
