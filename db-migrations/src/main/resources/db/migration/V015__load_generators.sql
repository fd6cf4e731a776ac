-- Which load generator pushes with a run's token; empty for the only one.
alter table api_token
  add column instance text not null default '',
  add check (instance = '' or scope = 'run');

create index api_token_of_run on api_token (test_run_id, id desc) where test_run_id is not null;

-- A tenant makes tokens for its own runs, and no others, and revokes them.
grant insert on api_token to apm_tenant;
grant update (revoked_at) on api_token to apm_tenant;
create policy of_runs on api_token as restrictive for update to apm_tenant using (scope = 'run');
create policy for_own_runs on api_token as restrictive for insert to apm_tenant
  with check (scope = 'run' and exists (select from test_run r where r.id = test_run_id));

-- Who pushes to a run, counted with each push, so that nobody has to read the log for it.
create table load_generator (
  test_run_id  bigint not null references test_run,
  instance     text not null,
  pushes       bigint not null,
  last_at      timestamptz not null,
  primary key (test_run_id, instance)
);
insert into load_generator
  select test_run_id, instance, count(*), max(received_at) from metric_log where kind <> 3 group by 1, 2; -- 3 is a finish
grant select, insert, update on load_generator to apm_tenant;
alter table load_generator enable row level security;
create policy own on load_generator to apm_tenant using (exists (select from test_run r where r.id = test_run_id));

-- A run that the service stops takes no push any more, not even within the grace that a finish leaves.
alter table run_head
  add column stopped_by text,
  add column stop_reason text,
  add check ((stop_reason is null) = (stopped_by is null));

-- The most bytes of pushes that are kept for one run, null for any number, and how many are. A run goes by the limit that it began with.
alter table tenant add column run_bytes_limit bigint check (run_bytes_limit > 0);
alter table run_head
  add column bytes bigint not null default 0,
  add column bytes_limit bigint;
