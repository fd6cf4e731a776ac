-- What k6 since 2.2 makes a run of: a script's name within a project. A project is a number that the script names; every tenant has its own.
create table load_test (
  id           bigint generated always as identity (start with 1001) primary key,
  tenant_id    bigint not null references tenant,
  project_id   bigint not null,
  name         text not null,
  created_at   timestamptz not null default now()
);
-- A name may be longer than an index takes.
create unique index load_test_named on load_test (tenant_id, project_id, md5(name));

-- What a k6 said of its run when it started it.
create table local_execution (
  test_run_id    bigint primary key references test_run,
  load_test_id   bigint not null references load_test,
  max_vus        integer not null,
  total_seconds  integer not null
);

-- Who has the signature may put the script archive of the run, once and of that size. The signature is stored as its SHA-256 only;
-- content is the SHA-256 of what was put, null until then.
create table archive_upload (
  sha256       bytea primary key,
  test_run_id  bigint not null references test_run,
  size         bigint not null,
  expires_at   timestamptz not null,
  content      bytea
);
create index archive_upload_run on archive_upload (test_run_id);

-- The wall between tenants.
grant select, insert on load_test, local_execution to apm_tenant;
grant select, insert, update on archive_upload to apm_tenant;
alter table load_test enable row level security;
create policy own on load_test to apm_tenant using (tenant_id = served_tenant());
alter table local_execution enable row level security;
create policy own on local_execution to apm_tenant using (exists (select from test_run r where r.id = test_run_id))
  with check (exists (select from test_run r where r.id = test_run_id) and exists (select from load_test t where t.id = load_test_id));
alter table archive_upload enable row level security;
create policy own on archive_upload to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
