-- Segments: named groups of contacts. Who is in one stands in `segment_members`, kept up to date from the event log.

create table segments (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  segment_id uuid not null,
  name       text not null,
  kind       text not null check (kind in ('dynamic', 'static')),
  -- as contract/filter.ts describes it
  filter     jsonb,
  -- that dates of the filter are read in; null: the tenant's
  time_zone  text,
  -- the segments that the filter asks about, so that none of them is deleted under it
  refers_to  uuid[] not null default '{}',
  version    integer not null default 1,
  created_at timestamptz not null default moment(),
  updated_at timestamptz not null default moment(),
  primary key (tenant_id, segment_id),
  check ((kind = 'dynamic') = (filter is not null))
);
create unique index segments_name on segments (tenant_id, lower(name));
call secure_tenant_table('segments');

create table segment_members (
  tenant_id  text collate "C" not null,
  segment_id uuid not null,
  contact_id uuid not null,
  since      timestamptz not null default moment(),
  primary key (tenant_id, segment_id, contact_id),
  foreign key (tenant_id, segment_id) references segments on delete cascade,
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index segment_members_of_contact on segment_members (tenant_id, contact_id);
call secure_tenant_table('segment_members');

-- How far each tenant's event log has been judged. Up to and including (tx, position); `judged_at` is the time that relative dates
-- were last judged for. May be read before the tenant is known, like sender_wakeups, and holds no customer data.
create table segment_cursors (
  tenant_id text collate "C" not null primary key references tenants on delete cascade,
  tx        xid8 not null,
  position  bigint not null,
  judged_at timestamptz not null
);
create index segment_cursors_judged on segment_cursors (judged_at);
call secure_tenant_table('segment_cursors');
create policy found_by_anyone on segment_cursors for select using (true);

-- "Did this person …?" and "who did … since?"
create index events_of_contact on events (tenant_id, contact_id, type, occurred_at) where contact_id is not null;
create index events_by_type on events (tenant_id, type, occurred_at, contact_id) where contact_id is not null;
