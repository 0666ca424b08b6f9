-- Pipelines with their stages and cards; tasks, notes, and what a member is told of.

create table pipelines (
  tenant_id   text collate "C" not null references tenants on delete cascade,
  pipeline_id uuid not null,
  name        text not null,
  -- the one whose stages are `contacts.stage`
  is_default  boolean not null default false,
  position    integer not null default 0,
  version     integer not null default 1,
  created_at  timestamptz not null default moment(),
  updated_at  timestamptz not null default moment(),
  primary key (tenant_id, pipeline_id)
);
create unique index pipelines_name on pipelines (tenant_id, lower(name));
create unique index pipelines_default on pipelines (tenant_id) where is_default;
call secure_tenant_table('pipelines');

create table stages (
  tenant_id   text collate "C" not null,
  stage_id    uuid not null,
  pipeline_id uuid not null,
  name        text not null,
  -- a column, so that two stages can swap their names in one statement: only constraints can wait for its end
  name_key    text generated always as (lower(name)) stored,
  kind        text not null check (kind in ('open', 'won', 'lost')),
  color       text not null,
  -- percent
  probability smallint check (probability between 0 and 100),
  position    integer not null,
  primary key (tenant_id, stage_id),
  unique (tenant_id, pipeline_id, name_key) deferrable initially immediate,
  foreign key (tenant_id, pipeline_id) references pipelines on delete cascade
);
call secure_tenant_table('stages');

-- A card on a board. Without a name and a value it is just a person on a stage.
create table opportunities (
  tenant_id      text collate "C" not null,
  opportunity_id uuid not null,
  pipeline_id    uuid not null,
  stage_id       uuid not null,
  contact_id     uuid not null,
  -- see pipeline/ranks.ts; compared byte by byte
  rank           text collate "C" not null,
  name           text,
  -- minor units: cents
  value          bigint check (value >= 0),
  currency       text collate "C" check (currency ~ '^[A-Z]{3}$'),
  owner_id       text collate "C",
  expected_close date,
  -- when it came to this stage
  entered_at     timestamptz not null default moment(),
  closed_at      timestamptz,
  version        integer not null default 1,
  created_at     timestamptz not null default moment(),
  updated_at     timestamptz not null default moment(),
  primary key (tenant_id, opportunity_id),
  check ((value is null) = (currency is null)),
  -- two cards on one place have no order; checked at a statement's end, so that a stage can be numbered anew
  constraint opportunities_rank unique (tenant_id, stage_id, rank) deferrable initially immediate,
  foreign key (tenant_id, pipeline_id) references pipelines,
  foreign key (tenant_id, stage_id) references stages,
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index opportunities_of_contact on opportunities (tenant_id, contact_id);
-- counts and sums of a board, without its cards
create index opportunities_sums on opportunities (tenant_id, pipeline_id, stage_id) include (currency, value);
call secure_tenant_table('opportunities');

create table tasks (
  tenant_id    text collate "C" not null references tenants on delete cascade,
  task_id      uuid not null,
  contact_id   uuid,
  title        text not null,
  assignee_id  text collate "C",
  -- an instant, or a day in a zone
  due_day      date,
  due_zone     text,
  -- when the assignee is reminded: the instant itself, or nine in the morning of that day
  due_at       timestamptz,
  -- from when on it is overdue: the instant itself, or the end of that day
  overdue_at   timestamptz,
  created_by   jsonb,
  completed_at timestamptz,
  completed_by jsonb,
  version      integer not null default 1,
  created_at   timestamptz not null default moment(),
  updated_at   timestamptz not null default moment(),
  primary key (tenant_id, task_id),
  check ((due_day is null) = (due_zone is null)),
  check ((due_at is null) = (overdue_at is null)),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index tasks_of_contact on tasks (tenant_id, contact_id) where contact_id is not null;
create index tasks_open on tasks (tenant_id, assignee_id, due_at, task_id) where completed_at is null;
call secure_tenant_table('tasks');

-- Which tasks somebody is still to be reminded of. A row goes in the transaction that tells them, so nobody is told twice. May be
-- read before the tenant is known, like sender_wakeups, and holds no customer data.
create table task_reminders (
  tenant_id text collate "C" not null,
  task_id   uuid not null,
  due_at    timestamptz not null,
  primary key (tenant_id, task_id),
  foreign key (tenant_id, task_id) references tasks on delete cascade
);
create index task_reminders_due on task_reminders (due_at);
call secure_tenant_table('task_reminders');
create policy found_by_anyone on task_reminders for select using (true);

create table notes (
  tenant_id  text collate "C" not null references tenants on delete cascade,
  note_id    uuid not null,
  contact_id uuid not null,
  -- members are mentioned as <@id>
  body       text not null,
  mentions   text[] not null default '{}',
  author     jsonb not null,
  version    integer not null default 1,
  created_at timestamptz not null default moment(),
  updated_at timestamptz not null default moment(),
  primary key (tenant_id, note_id),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index notes_of_contact on notes (tenant_id, contact_id, created_at desc, note_id desc);
call secure_tenant_table('notes');

create table notifications (
  tenant_id       text collate "C" not null references tenants on delete cascade,
  notification_id uuid not null,
  member_id       text collate "C" not null,
  kind            text not null,
  contact_id      uuid,
  conversation_id uuid,
  task_id         uuid,
  note_id         uuid,
  -- what it says: a title, the beginning of a note
  words           text not null,
  actor           jsonb,
  read_at         timestamptz,
  created_at      timestamptz not null default moment(),
  primary key (tenant_id, notification_id),
  foreign key (tenant_id, contact_id) references contacts on delete cascade
);
create index notifications_of on notifications (tenant_id, member_id, created_at desc, notification_id desc);
create index notifications_unread on notifications (tenant_id, member_id) where read_at is null;
create index notifications_of_contact on notifications (tenant_id, contact_id) where contact_id is not null;
call secure_tenant_table('notifications');

-- Whom an event is for: null everybody in the tenant, else this member alone. Nothing but the live feed reads such events.
alter table events add only_for text collate "C";
