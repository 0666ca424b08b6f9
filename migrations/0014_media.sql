-- Files: videos, pictures, PDFs. The bytes are in the storage (a disk, or S3); what they are stands here. A file that the
-- storage has and no row names is an orphan and is collected; a row never names bytes that were not written whole.

-- The bytes, once a tenant whatever they are used for. Never changed: a replaced asset points at another file.
create table files (
  tenant_id     text collate "C" not null references tenants on delete cascade,
  file_id       uuid not null,
  sha256        bytea not null check (length(sha256) = 32),
  size          bigint not null check (size > 0),
  -- found by content, never what the sender said
  content_type  text not null,
  storage_key   text collate "C" not null,
  width         integer,
  height        integer,
  duration_ms   integer,
  -- as browsers name them: avc1.42E01E, hvc1.1.6.L93.B0, vp8
  video_codec   text,
  audio_codec   text,
  -- `some`: HEVC and the like, which not every browser plays
  plays         text not null default 'everywhere' check (plays in ('everywhere', 'some', 'download')),
  -- what a file of another kind was made of by conversion
  converted_from uuid,
  created_at    timestamptz not null default moment(),
  -- when it was last wanted: what no asset names is kept for a day after that
  wanted_at     timestamptz not null default moment(),
  primary key (tenant_id, file_id),
  unique (tenant_id, sha256),
  foreign key (tenant_id, converted_from) references files (tenant_id, file_id) on delete set null (converted_from)
);
create index files_by_key on files (tenant_id, storage_key);
create index files_converted on files (tenant_id, converted_from) where converted_from is not null;
call secure_tenant_table('files');

-- What members see: a name, a link that stays, and the file behind it now.
create table assets (
  tenant_id      text collate "C" not null references tenants on delete cascade,
  asset_id       uuid not null,
  kind           text not null check (kind in ('video', 'picture', 'document', 'audio')),
  name           text not null,
  -- what templates call it: {{ asset.birthday.url }}
  key            text collate "C" check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  -- null: deleted, and its bytes are gone too
  file_id        uuid,
  poster_id      uuid,
  captions_id    uuid,
  -- `processing`: scanned or converted; nothing is sent meanwhile
  state          text not null default 'ready' check (state in ('processing', 'ready', 'refused')),
  reason         text,
  download       boolean not null default false,
  -- new links: null: permanent; else how long they live
  link_days      integer check (link_days between 1 and 3650),
  -- counts up with every replaced file and every change: the ETag
  version        integer not null default 1,
  author         jsonb,
  created_at     timestamptz not null default moment(),
  updated_at     timestamptz not null default moment(),
  deleted_at     timestamptz,
  primary key (tenant_id, asset_id),
  check (file_id is not null or deleted_at is not null),
  foreign key (tenant_id, file_id) references files,
  foreign key (tenant_id, poster_id) references files (tenant_id, file_id),
  foreign key (tenant_id, captions_id) references files (tenant_id, file_id)
);
create unique index assets_key on assets (tenant_id, key) where deleted_at is null;
create index assets_recent on assets (tenant_id, asset_id desc) where deleted_at is null;
create index assets_file on assets (tenant_id, file_id);
create index assets_poster on assets (tenant_id, poster_id) where poster_id is not null;
create index assets_captions on assets (tenant_id, captions_id) where captions_id is not null;
create index assets_gone on assets (tenant_id, deleted_at) where deleted_at is not null;
call secure_tenant_table('assets');

-- Files that messages show, whatever becomes of the asset. They are kept as long as the message is.
create table message_files (
  tenant_id  text collate "C" not null,
  message_id uuid not null,
  file_id    uuid not null,
  primary key (tenant_id, message_id, file_id),
  foreign key (tenant_id, message_id) references messages on delete cascade,
  foreign key (tenant_id, file_id) references files
);
create index message_files_file on message_files (tenant_id, file_id);
call secure_tenant_table('message_files');

-- A file on its way. Survives the connection, the page and the server: the storage keeps the bytes, this row the place.
create table uploads (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  upload_id   uuid not null,
  purpose     text not null default 'asset' check (purpose in ('asset', 'replace', 'poster', 'captions')),
  -- which asset is made, or changed
  asset_id    uuid not null,
  name        text not null,
  size        bigint not null check (size > 0),
  received    bigint not null default 0 check (received between 0 and size),
  settings    jsonb not null default '{}',
  -- the sender's own sha256; what arrives must have it
  sha256      bytea check (length(sha256) = 32),
  storage_key text collate "C" not null,
  -- the storage's own: an upload's id there, and its parts; null before the first byte
  place       jsonb,
  state       text not null default 'open' check (state in ('open', 'finishing', 'done', 'refused')),
  problem     jsonb,
  author      jsonb not null,
  -- whoever wants to write takes the next number; the one who writes now stops when there is a higher one, and
  -- without being the writer nobody can store a place
  fence       integer not null default 0,
  writer      integer,
  lease_until timestamptz,
  created_at  timestamptz not null default moment(),
  expires_at  timestamptz not null default moment() + interval '2 days',
  primary key (tenant_id, upload_id)
);
create index uploads_key on uploads (tenant_id, storage_key);
call secure_tenant_table('uploads');

-- Uploads that somebody has to look at, and when: to finish what a killed process left, to drop what has run out. May be
-- read before the tenant is known, and holds no customer data.
create table upload_alarms (
  tenant_id text collate "C" not null,
  upload_id uuid not null,
  due_at    timestamptz not null,
  primary key (tenant_id, upload_id),
  foreign key (tenant_id, upload_id) references uploads on delete cascade
);
create index upload_alarms_due on upload_alarms (due_at);
call secure_tenant_table('upload_alarms');
create policy found_by_anyone on upload_alarms for select using (true);

-- The ways to an asset from outside. One a contact and message where it is sent, so that whoever watched is known.
create table asset_links (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  link_id    uuid not null,
  asset_id   uuid not null,
  -- what stands in the address, after /m/
  code       text collate "C" not null,
  -- the play page; or the bytes alone, as a carrier or an <img> fetches them
  purpose    text not null default 'page' check (purpose in ('page', 'file')),
  contact_id uuid,
  message_id uuid,
  -- set by a workflow's step later
  workflow_id uuid,
  download   boolean,
  expires_at timestamptz,
  revoked_at timestamptz,
  author     jsonb,
  created_at timestamptz not null default moment(),
  primary key (tenant_id, link_id),
  foreign key (tenant_id, asset_id) references assets on delete cascade,
  foreign key (tenant_id, contact_id) references contacts on delete set null (contact_id)
);
create index asset_links_asset on asset_links (tenant_id, asset_id, link_id desc);
create index asset_links_contact on asset_links (tenant_id, contact_id) where contact_id is not null;
create index asset_links_message on asset_links (tenant_id, message_id) where message_id is not null;
call secure_tenant_table('asset_links');

-- Whose link is this? Asked before the tenant is known; holds no customer data.
create table link_directory (
  tenant_id text collate "C" not null,
  link_id   uuid not null,
  code      text collate "C" not null,
  primary key (tenant_id, link_id),
  foreign key (tenant_id, link_id) references asset_links on delete cascade
);
create unique index link_directory_code on link_directory (code);
call secure_tenant_table('link_directory');
create policy found_by_anyone on link_directory for select using (true);

-- One visit of a play page that played, or of a machine that fetched it.
create table asset_views (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  view_id    uuid not null,
  link_id    uuid not null,
  asset_id   uuid not null,
  contact_id uuid,
  by         text not null check (by in ('human', 'machine')),
  -- why it is thought a machine
  reason     text,
  -- parts that were really played, in milliseconds, as [[from, to], …]
  played     jsonb not null default '[]',
  -- how much of it, 0 to 1
  share      real not null default 0 check (share between 0 and 1),
  started_at timestamptz not null default moment(),
  seen_at    timestamptz not null default moment(),
  primary key (tenant_id, view_id),
  foreign key (tenant_id, link_id) references asset_links on delete cascade
);
create index asset_views_asset on asset_views (tenant_id, asset_id, view_id desc);
create index asset_views_link on asset_views (tenant_id, link_id);
call secure_tenant_table('asset_views');

-- What inbound messages brought, to be copied from the carrier, and when to try (again). May be read before the tenant is
-- known. The copy itself stands in messages.media as file_id.
create table inbound_media (
  tenant_id  text collate "C" not null,
  message_id uuid not null,
  due_at     timestamptz not null default moment(),
  tries      smallint not null default 0,
  primary key (tenant_id, message_id),
  foreign key (tenant_id, message_id) references messages on delete cascade
);
create index inbound_media_due on inbound_media (due_at);
call secure_tenant_table('inbound_media');
create policy found_by_anyone on inbound_media for select using (true);
