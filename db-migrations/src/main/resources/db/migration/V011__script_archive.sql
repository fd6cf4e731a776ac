-- The script archives of runs, secrets masked: a tar packed by gzip, cut into parts of bounded size. Until all of it has come, one belongs
-- to no run; it is forgotten then if that takes too long.
create table script_archive (
  id           bigint generated always as identity primary key,
  tenant_id    bigint not null references tenant,
  test_run_id  bigint unique references test_run,
  created_at   timestamptz not null default now()
);
create index script_archive_unfinished on script_archive (created_at) where test_run_id is null;

create table script_archive_part (
  script_archive_id  bigint not null references script_archive on delete cascade,
  n                  integer not null,
  content            bytea not null,
  primary key (script_archive_id, n)
);
alter table script_archive_part alter column content set storage external; -- is packed already

grant select, insert, update, delete on script_archive, script_archive_part to apm_tenant;
alter table script_archive enable row level security;
create policy own on script_archive to apm_tenant using (tenant_id = served_tenant())
  with check (tenant_id = served_tenant() and (test_run_id is null or exists (select from test_run r where r.id = test_run_id)));
alter table script_archive_part enable row level security;
create policy own on script_archive_part to apm_tenant using (exists (select from script_archive a where a.id = script_archive_id));
