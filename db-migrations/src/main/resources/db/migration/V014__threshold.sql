-- What became of a run's thresholds, decided from its log: a row for each run that has any, and none for the others. results is null
-- until the run's end; evaluated_seq is the last record of the log that they stand for.
create table run_threshold (
  test_run_id   bigint primary key references test_run,
  evaluated_seq bigint not null default 0,
  results       text
);
-- What the workers' sweep looks for, every few seconds: what was never evaluated, and what ended lately.
create index run_threshold_open on run_threshold (test_run_id) where results is null;
create index run_head_finished on run_head (finished_at) where finished_at is not null;

-- As the tables of the other tasks.
create table threshold_task (
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
create index threshold_task_execution_time on threshold_task (execution_time);
create index threshold_task_last_heartbeat on threshold_task (last_heartbeat);
create index threshold_task_priority on threshold_task (priority desc, execution_time asc);

-- Runs from before that can still be gone over.
insert into run_threshold (test_run_id)
  select id from test_run where options not in ('{}', '{"thresholds":{}}') and log_dropped_at is null;

-- The wall between tenants. A tenant's request says that there are thresholds; what became of them is the workers' to say.
grant select, insert on run_threshold to apm_tenant;
alter table run_threshold enable row level security;
create policy own on run_threshold to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
