-- What the load generators of a run have logged: its newest lines, without secrets. The number of a line is its place in the order of
-- arrival, at_nanos its own time since 1970.
create table run_log (
  id           bigint generated always as identity primary key,
  test_run_id  bigint not null references test_run,
  at_nanos     bigint not null,
  level        text not null,
  source       text,
  message      text not null
);
create index run_log_of_run on run_log (test_run_id, id);

-- How many lines of a run had to go. Whoever adds lines locks this row.
create table run_log_head (
  test_run_id  bigint primary key references test_run,
  dropped      bigint not null default 0
);

-- Which pushes came in the last minutes, so that one which is sent again adds nothing.
create table run_log_push (
  test_run_id  bigint not null references test_run,
  sha256       bytea not null,
  received_at  timestamptz not null default now(),
  primary key (test_run_id, sha256)
);

-- The wall between tenants.
grant select, insert, update, delete on run_log, run_log_head, run_log_push to apm_tenant;
grant usage on all sequences in schema public to apm_tenant;
alter table run_log enable row level security;
create policy own on run_log to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table run_log_head enable row level security;
create policy own on run_log_head to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table run_log_push enable row level security;
create policy own on run_log_push to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
