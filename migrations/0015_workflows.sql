-- Workflows: what members write, what was published of it, and each contact's run. Truth is here; jobs only ring the bell.

create table workflows (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  workflow_id uuid not null,
  -- its name in files and for other workflows
  key         text collate "C" not null check (key ~ '^[a-z][a-z0-9-]{0,62}$'),
  name        text not null,
  state       text not null default 'draft' check (state in ('draft', 'active', 'paused', 'archived')),
  -- what is being written, as it was written: YAML keeps its comments
  draft       text not null,
  -- of the draft, as it was checked when it was saved: {"steps":12,"triggers":["tag.added"],"errors":0,"warnings":1}
  summary     jsonb not null default '{}',
  -- the version that new enrollments get; null: never published
  published   integer,
  -- of the published version, so that what is due can be sorted without reading definitions
  priority    smallint not null default 5,
  -- counts up with every change of the draft and the state: the ETag
  revision    integer not null default 1,
  paused_at   timestamptz,
  author      jsonb,
  created_at  timestamptz not null default moment(),
  updated_at  timestamptz not null default moment(),
  primary key (tenant_id, workflow_id)
);
create unique index workflows_key on workflows (tenant_id, key) where state <> 'archived';
call secure_tenant_table('workflows');

-- Never changed: an enrollment stays on its version until somebody moves it.
create table workflow_versions (
  tenant_id    text collate "C" not null,
  workflow_id  uuid not null,
  version      integer not null check (version > 0),
  -- checked, with every default filled in
  definition   jsonb not null,
  source       text not null,
  published_by jsonb,
  published_at timestamptz not null default moment(),
  -- what triggers and stops ask of it, so that nobody has to unpack a definition of two megabytes for it
  first_step        text generated always as (definition #>> '{steps,0,id}') stored,
  re_entry          jsonb generated always as (definition #> '{settings,re_entry}') stored,
  goal              jsonb generated always as (definition #> '{settings,goal}') stored,
  stop_on_reply     boolean generated always as (definition @> '{"settings":{"stop_on_reply":true}}') stored,
  cancel_on_opt_out boolean generated always as (not definition @> '{"settings":{"on_opt_out":"skip_channel"}}') stored,
  primary key (tenant_id, workflow_id, version),
  foreign key (tenant_id, workflow_id) references workflows on delete cascade
);
create index workflow_versions_with_goal on workflow_versions (tenant_id, workflow_id, version) where goal is not null;
call secure_tenant_table('workflow_versions');

-- What files the published version of each workflow sends, by key or id as it says them.
create table workflow_assets (
  tenant_id   text collate "C" not null,
  workflow_id uuid not null,
  asset       text collate "C" not null,
  primary key (tenant_id, workflow_id, asset),
  foreign key (tenant_id, workflow_id) references workflows on delete cascade
);
create index workflow_assets_asset on workflow_assets (tenant_id, asset);
call secure_tenant_table('workflow_assets');

-- The triggers of published versions, so that an event finds its workflows without reading definitions.
create table workflow_triggers (
  tenant_id   text collate "C" not null,
  workflow_id uuid not null,
  ordinal     smallint not null,
  kind        text not null,
  -- as contract/workflow/triggers.ts describes it
  trigger     jsonb not null,
  -- the transaction that published it: events of earlier ones set nothing off
  since       xid8 not null default pg_current_xact_id(),
  -- of those that time sets off: when next, until when it has been seen to, and where a round that takes several looks is
  due_at      timestamptz,
  swept_at    timestamptz,
  place       jsonb,
  -- of a webhook: what stands in its URL, and what came last, for whoever maps it
  token       text collate "C",
  sample      jsonb,
  sampled_at  timestamptz,
  primary key (tenant_id, workflow_id, ordinal),
  foreign key (tenant_id, workflow_id) references workflows on delete cascade
);
create index workflow_triggers_of_kind on workflow_triggers (tenant_id, kind);
create index workflow_triggers_due on workflow_triggers (tenant_id, due_at) where due_at is not null;
create unique index workflow_triggers_token on workflow_triggers (tenant_id, token) where token is not null;
call secure_tenant_table('workflow_triggers');

-- One contact's run through one version.
create table enrollments (
  tenant_id     text collate "C" not null,
  enrollment_id uuid not null,
  workflow_id   uuid not null,
  version       integer not null,
  contact_id    uuid not null,
  state         text not null default 'active'
    check (state in ('active', 'paused', 'completed', 'canceled', 'failed')),
  -- where it stands; null: over
  step          text collate "C",
  -- steps that it has run: the number of the next row in step_runs
  ordinal       integer not null default 0,
  -- tries at this step that failed for the moment
  attempt       smallint not null default 0,
  -- when it goes on; null: over, or nothing but an event or an answer wakes it
  due_at        timestamptz,
  -- why not at once, in numbers and names: {"reason":"window","until":…,"zone":…}
  waiting       jsonb,
  -- the type of event that wakes it before `due_at`
  wakes_on      text collate "C",
  -- what set it off: {"on":"tag.added","event_id":…}, and what it brought along
  source        jsonb not null default '{}',
  -- the same cause enrolls once: an event's id, a request's
  source_key    text collate "C",
  variables     jsonb not null default '{}',
  end_reason    text,
  started_at    timestamptz not null default moment(),
  ended_at      timestamptz,
  primary key (tenant_id, enrollment_id),
  foreign key (tenant_id, workflow_id, version) references workflow_versions,
  foreign key (tenant_id, contact_id) references contacts on delete cascade,
  check ((state in ('completed', 'canceled', 'failed')) = (end_reason is not null)),
  check ((end_reason is not null) = (ended_at is not null))
);
-- What is due, workflow by workflow: those of a paused one are never walked over.
create index enrollments_due on enrollments (tenant_id, workflow_id, due_at)
  where state = 'active' and due_at is not null;
-- Those that run are listed by `enrollments_once`: an index more would be written with every step.
create index enrollments_ended on enrollments (tenant_id, workflow_id, ended_at, enrollment_id) where ended_at is not null;
create index enrollments_of_contact on enrollments (tenant_id, contact_id, started_at desc);
-- Never twice at once.
create unique index enrollments_once on enrollments (tenant_id, workflow_id, contact_id)
  where state in ('active', 'paused');
create unique index enrollments_source on enrollments (tenant_id, workflow_id, source_key, contact_id)
  where source_key is not null;
create index enrollments_waking on enrollments (tenant_id, wakes_on, contact_id)
  where state = 'active' and wakes_on is not null;
call secure_tenant_table('enrollments');

-- What each run did, once: the place in its sequence is the key.
create table step_runs (
  tenant_id     text collate "C" not null,
  enrollment_id uuid not null,
  ordinal       integer not null,
  step          text collate "C" not null,
  outcome       text not null check (outcome in ('done', 'skipped', 'failed')),
  -- reason, branch taken, message sent, what was waited for: {"message_id":…}
  detail        jsonb,
  at            timestamptz not null default moment(),
  primary key (tenant_id, enrollment_id, ordinal),
  foreign key (tenant_id, enrollment_id) references enrollments on delete cascade
);
create index step_runs_failed on step_runs (tenant_id, at, enrollment_id, ordinal) where outcome = 'failed';
call secure_tenant_table('step_runs');

-- How many stand where and what became of steps, as sums of changes: counting a million enrollments takes a second, adding up
-- what each statement changed takes a millisecond. One row a statement, step and state, never an update: nobody waits for
-- anybody. `counts.ts` folds them when there are many.
create table workflow_counts (
  tenant_id   text collate "C" not null,
  workflow_id uuid not null,
  -- '': of those who stand nowhere any more
  step        text collate "C" not null,
  -- an enrollment's state, 'waiting' for those active ones that wait, or a step's outcome as 'step_done'
  what        text not null,
  count       integer not null,
  foreign key (tenant_id, workflow_id) references workflows on delete cascade
);
create index workflow_counts_of on workflow_counts (tenant_id, workflow_id) include (step, what, count);
call secure_tenant_table('workflow_counts');

create function count_enrollments() returns trigger language plpgsql set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into workflow_counts
    select tenant_id, workflow_id, coalesce(step, ''),
      case when state = 'active' and waiting is not null then 'waiting' else state end, count(*)
    from fresh group by 1, 2, 3, 4;
  elsif tg_op = 'DELETE' then
    insert into workflow_counts
    select tenant_id, workflow_id, coalesce(step, ''),
      case when state = 'active' and waiting is not null then 'waiting' else state end, -count(*)
    from stale
    -- with an account all of its workflows go
    where exists (select from workflows w where w.tenant_id = stale.tenant_id and w.workflow_id = stale.workflow_id)
    group by 1, 2, 3, 4;
  else
    insert into workflow_counts
    select tenant_id, workflow_id, step, what, sum(n) from (
      select tenant_id, workflow_id, coalesce(step, '') as step,
        case when state = 'active' and waiting is not null then 'waiting' else state end as what, 1 as n from fresh
      union all
      select tenant_id, workflow_id, coalesce(step, ''),
        case when state = 'active' and waiting is not null then 'waiting' else state end, -1 from stale
    ) moved group by 1, 2, 3, 4 having sum(n) <> 0;
  end if;
  return null;
end $$;
create trigger enrollments_counted_in after insert on enrollments
  referencing new table as fresh for each statement execute function count_enrollments();
create trigger enrollments_counted_over after update on enrollments
  referencing old table as stale new table as fresh for each statement execute function count_enrollments();
create trigger enrollments_counted_out after delete on enrollments
  referencing old table as stale for each statement execute function count_enrollments();

create function count_steps() returns trigger language plpgsql set search_path from current as $$
begin
  insert into workflow_counts
  select r.tenant_id, e.workflow_id, r.step, 'step_' || r.outcome, count(*)
  from fresh r join enrollments e on e.tenant_id = r.tenant_id and e.enrollment_id = r.enrollment_id
  group by 1, 2, 3, 4;
  return null;
end $$;
create trigger step_runs_counted after insert on step_runs
  referencing new table as fresh for each statement execute function count_steps();

-- When each tenant next has something due. Like sender_wakeups: read before the tenant is known, no customer data.
create table workflow_wakeups (
  tenant_id text collate "C" not null primary key references tenants on delete cascade,
  due_at    timestamptz not null
);
create index workflow_wakeups_due on workflow_wakeups (due_at);
call secure_tenant_table('workflow_wakeups');
create policy found_by_anyone on workflow_wakeups for select using (true);

-- How far each tenant's event log has been read for triggers. Up to and including (tx, position).
create table workflow_cursors (
  tenant_id text collate "C" not null primary key references tenants on delete cascade,
  tx        xid8 not null,
  position  bigint not null,
  read_at   timestamptz not null default moment()
);
create index workflow_cursors_read on workflow_cursors (read_at);
call secure_tenant_table('workflow_cursors');
create policy found_by_anyone on workflow_cursors for select using (true);

-- When each tenant next has a trigger that time sets off.
create table workflow_clocks (
  tenant_id text collate "C" not null primary key references tenants on delete cascade,
  due_at    timestamptz not null
);
create index workflow_clocks_due on workflow_clocks (due_at);
call secure_tenant_table('workflow_clocks');
create policy found_by_anyone on workflow_clocks for select using (true);

-- What the host and other systems have told already, by their own ids: told again, nothing happens.
create table told_events (
  tenant_id text collate "C" not null references tenants on delete cascade,
  key       text collate "C" not null,
  -- what was answered
  answer    jsonb not null default '{}',
  told_at   timestamptz not null default moment(),
  primary key (tenant_id, key)
);
create index told_events_old on told_events (tenant_id, told_at);
call secure_tenant_table('told_events');

-- Whose day it is, of a million, without looking at each.
create index contacts_by_birthday on contacts (tenant_id, birth_month, birth_day)
  where birth_month is not null and merged_into is null;

-- Requests to other systems that steps decided: sent after the commit, under a lease, again after a crash with the same id.
create table workflow_requests (
  tenant_id     text collate "C" not null,
  request_id    uuid not null,
  enrollment_id uuid not null,
  ordinal       integer not null,
  kind          text not null check (kind in ('http_request', 'webhook', 'messenger')),
  request       jsonb not null,
  state         text not null default 'queued' check (state in ('queued', 'sending', 'done', 'failed')),
  attempts      smallint not null default 0,
  due_at        timestamptz,
  leased_until  timestamptz,
  answer        jsonb,
  created_at    timestamptz not null default moment(),
  primary key (tenant_id, request_id),
  foreign key (tenant_id, enrollment_id) references enrollments on delete cascade
);
create index workflow_requests_due on workflow_requests (tenant_id, due_at) where due_at is not null;
create index workflow_requests_of on workflow_requests (tenant_id, enrollment_id);
call secure_tenant_table('workflow_requests');
create table workflow_request_wakeups (
  tenant_id text collate "C" not null primary key references tenants on delete cascade,
  due_at    timestamptz not null
);
create index workflow_request_wakeups_due on workflow_request_wakeups (due_at);
call secure_tenant_table('workflow_request_wakeups');
create policy found_by_anyone on workflow_request_wakeups for select using (true);

-- Texts that several steps and members use. A change is a new version; steps take the newest.
create table templates (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  template_id uuid not null,
  key         text collate "C" not null check (key ~ '^[a-z][a-z0-9_-]{0,62}$'),
  name        text not null,
  channel     text not null default 'sms',
  version     integer not null default 1,
  body        text not null,
  created_at  timestamptz not null default moment(),
  updated_at  timestamptz not null default moment(),
  deleted_at  timestamptz,
  primary key (tenant_id, template_id)
);
create unique index templates_key on templates (tenant_id, key) where deleted_at is null;
call secure_tenant_table('templates');

create table template_versions (
  tenant_id   text collate "C" not null,
  template_id uuid not null,
  version     integer not null,
  body        text not null,
  author      jsonb,
  created_at  timestamptz not null default moment(),
  primary key (tenant_id, template_id, version),
  foreign key (tenant_id, template_id) references templates on delete cascade
);
call secure_tenant_table('template_versions');

-- Links that tell who followed them. The address is short; what it leads to stands here.
create table tracked_links (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  link_id     uuid not null,
  code        text collate "C" not null,
  url         text not null,
  contact_id  uuid,
  -- what it was made for: {"enrollment_id":…,"step":…}
  source      jsonb not null default '{}',
  clicks      integer not null default 0,
  first_click timestamptz,
  -- null: it leads there for good
  expires_at  timestamptz,
  created_at  timestamptz not null default moment(),
  primary key (tenant_id, link_id),
  unique (tenant_id, code),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index tracked_links_of_contact on tracked_links (tenant_id, contact_id) where contact_id is not null;
call secure_tenant_table('tracked_links');

-- Whose short link is this? Asked before the tenant is known; holds no customer data.
create table tracked_link_directory (
  tenant_id text collate "C" not null,
  link_id   uuid not null,
  code      text collate "C" not null,
  primary key (tenant_id, link_id),
  -- looked at when the statement ends: the link is made in the same one
  foreign key (tenant_id, link_id) references tracked_links on delete cascade
);
create unique index tracked_link_directory_code on tracked_link_directory (code);
call secure_tenant_table('tracked_link_directory');
create policy found_by_anyone on tracked_link_directory for select using (true);

-- Whose turn it is where a step assigns in turn: counts up by as many as were assigned, under the row's lock.
create table workflow_rotations (
  tenant_id   text collate "C" not null,
  workflow_id uuid not null,
  step        text collate "C" not null,
  turn        bigint not null,
  primary key (tenant_id, workflow_id, step),
  foreign key (tenant_id, workflow_id) references workflows on delete cascade
);
call secure_tenant_table('workflow_rotations');
