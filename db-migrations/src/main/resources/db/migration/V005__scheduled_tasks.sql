-- db-scheduler's table, once for the live passes and once for the passes over finished runs, as its documentation gives it.
create table live_task (
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
create index live_task_execution_time on live_task (execution_time);
create index live_task_last_heartbeat on live_task (last_heartbeat);
create index live_task_priority on live_task (priority desc, execution_time asc);

create table pass_task (
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
create index pass_task_execution_time on pass_task (execution_time);
create index pass_task_last_heartbeat on pass_task (last_heartbeat);
create index pass_task_priority on pass_task (priority desc, execution_time asc);
