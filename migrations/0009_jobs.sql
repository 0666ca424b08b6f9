-- Work over many contacts: bulk actions, imports, exports. Graphile's own tables are in another schema; what outlives a
-- worker stands here.

create table bulk_jobs (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  job_id      uuid not null,
  kind        text not null check (kind in ('bulk', 'import', 'export')),
  -- `uploading` is an import whose file is still on its way; nobody sees it
  state       text not null
    check (state in ('uploading', 'waiting', 'queued', 'running', 'done', 'failed', 'canceled')),
  name        text,
  -- what was asked for: action and target, mapping, subject and format
  settings    jsonb not null default '{}',
  -- where to go on: written in the transaction of each piece, with the counts
  place       jsonb,
  -- the chunks that an import reads; what a job writes goes by its own id
  file_id     uuid,
  total       integer,
  done        integer not null default 0,
  failed      integer not null default 0,
  counts      jsonb not null default '{}',
  reason      text,
  member      jsonb,
  created_at  timestamptz not null default moment(),
  started_at  timestamptz,
  finished_at timestamptz,
  primary key (tenant_id, job_id)
);
create index bulk_jobs_recent on bulk_jobs (tenant_id, created_at desc, job_id desc);
call secure_tenant_table('bulk_jobs');

-- When somebody is to look at a job again: now when it is queued, when its worker's lease is over while it runs, and when
-- its files may go after its end. May be read before the tenant is known, and holds no customer data.
create table bulk_leases (
  tenant_id text collate "C" not null,
  job_id    uuid not null,
  due_at    timestamptz not null default moment(),
  -- the run that has it: one that was frozen meanwhile finds another's name here and stops
  holder    uuid,
  -- claims since the last piece that was finished
  tries     smallint not null default 0,
  primary key (tenant_id, job_id),
  foreign key (tenant_id, job_id) references bulk_jobs on delete cascade
);
create index bulk_leases_due on bulk_leases (due_at);
call secure_tenant_table('bulk_leases');
create policy found_by_anyone on bulk_leases for select using (true);

-- Whom a job is about, fixed at its start: what it changes must not change who comes next.
create table bulk_pieces (
  tenant_id   text collate "C" not null,
  job_id      uuid not null,
  number      integer not null,
  contact_ids uuid[] not null,
  primary key (tenant_id, job_id, number),
  foreign key (tenant_id, job_id) references bulk_jobs on delete cascade
);
call secure_tenant_table('bulk_pieces');

-- Files in pieces of a megabyte or so: web processes and workers share nothing but this database.
create table bulk_files (
  tenant_id text collate "C" not null references tenants on delete cascade,
  file_id   uuid not null,
  number    integer not null,
  bytes     bytea not null,
  primary key (tenant_id, file_id, number)
);
-- compressing what goes again in a week costs more than it saves
alter table bulk_files alter bytes set storage external;
call secure_tenant_table('bulk_files');
