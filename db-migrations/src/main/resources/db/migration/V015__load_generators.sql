-- Which load generator pushes with a run's token; empty for the only one.
alter table api_token
  add column instance text not null default '',
  add check (instance = '' or scope = 'run');

-- A tenant makes tokens for its own runs, and no others.
grant insert on api_token to apm_tenant;
create policy for_own_runs on api_token as restrictive for insert to apm_tenant
  with check (scope = 'run' and exists (select from test_run r where r.id = test_run_id));

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
