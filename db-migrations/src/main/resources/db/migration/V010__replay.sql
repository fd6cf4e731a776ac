-- What was asked for: the points of a run, or of a range of it, once more. The range is [from_millis, to_millis); null is open.
create table replay (
  id           bigint generated always as identity primary key,
  tenant_id    bigint not null references tenant,
  test_run_id  bigint not null references test_run,
  mode         text not null check (mode in ('difference', 'everything')),
  dry_run      boolean not null,
  elsewhere    boolean not null,
  from_millis  bigint,
  to_millis    bigint,
  created_by   text not null,
  created_at   timestamptz not null default now(),
  cancelled    boolean not null default false
);
create index replay_newest on replay (tenant_id, id desc);
create index replay_of_run on replay (test_run_id, id desc);

-- A replay that does not go on with a ledger that is there has exports of its own, with secrets and a ledger of their own. They are not
-- the run's: only where replay_id is null does an export count among those that a run has.
alter table export add column replay_id bigint references replay;
alter table export drop constraint export_test_run_id_index_key;
create unique index export_of_run on export (test_run_id, index) where replay_id is null;
create unique index export_of_replay on export (replay_id, index) where replay_id is not null;
create index export_test_run on export (test_run_id);

-- One export of a replay: a task of its own, with what became of it. export_id is the export whose ledger is booked in; through_seq is how
-- much of the log there was when it began, so that whoever goes on with it makes the same of it.
create table replay_part (
  id           bigint generated always as identity primary key,
  replay_id    bigint not null references replay,
  test_run_id  bigint not null references test_run,
  index        integer not null,
  export_id    bigint not null references export,
  state        text not null default 'queued' check (state in ('queued', 'running', 'done', 'gaveUp', 'cancelled', 'failed')),
  progress     text,
  report       text,
  survey       text,
  error        text,
  through_seq  bigint,
  started_at   timestamptz,
  ended_at     timestamptz,
  unique (replay_id, index)
);
-- One replay at a time for each export of a run; and what the workers' sweep looks for.
create unique index replay_part_open on replay_part (test_run_id, index) where state in ('queued', 'running');
create index replay_part_export on replay_part (export_id);

-- When the log of a run was dropped, or the first hours of it.
alter table test_run add column log_dropped_at timestamptz;

-- Who did what. Nobody changes an entry, and a tenant's own requests can only add to them.
create table audit_entry (
  id           bigint generated always as identity primary key,
  at           timestamptz not null default now(),
  token_id     bigint not null,
  scope        text not null,
  tenant_id    bigint,
  action       text not null,
  subject      text not null,
  request      text not null
);

-- As the tables of the other tasks.
create table replay_task (
  task_name            text not null,
  task_instance        text not null,
  task_data            bytea,
  execution_time       timestamp with time zone not null,
  picked               boolean not null,
  picked_by            text,
  last_success         timestamp with time zone,
  last_failure         timestamp with time zone,
  consecutive_failures integer,
  last_heartbeat       timestamp with time zone,
  version              bigint not null,
  priority             smallint,
  state                text,
  primary key (task_name, task_instance)
);
create index replay_task_execution_time on replay_task (execution_time);
create index replay_task_last_heartbeat on replay_task (last_heartbeat);
create index replay_task_priority on replay_task (priority desc, execution_time asc);

-- The wall between tenants. The tasks are no business of a tenant's requests: workers see for themselves what is queued.
grant select, insert, update on replay, replay_part to apm_tenant;
grant insert on audit_entry to apm_tenant;
alter table replay enable row level security;
create policy own on replay to apm_tenant using (tenant_id = served_tenant());
alter table replay_part enable row level security;
create policy own on replay_part to apm_tenant using (exists (select from replay r where r.id = replay_id));
alter table audit_entry enable row level security;
create policy own on audit_entry for insert to apm_tenant with check (tenant_id = served_tenant());
