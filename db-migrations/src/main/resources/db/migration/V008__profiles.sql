-- A tenant's apm lists by name, for runs that bring none. apm is the list as it was written, without its secrets.
create table apm_profile (
  id           bigint generated always as identity primary key,
  tenant_id    bigint not null references tenant,
  name         text not null,
  apm          text not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  unique (tenant_id, name)
);

-- Which profile a run took its apm list from.
alter table test_run add column profile text;

-- The input series that an ended run had, packed: what a later apm list would make of them can be told before it runs.
create table run_series (
  test_run_id  bigint primary key references test_run,
  series       bytea not null
);
alter table run_series alter column series set storage external;
-- A name may be longer than an index takes.
create index test_run_named on test_run (tenant_id, md5(name), id desc);

-- shared: another run that was not over may write the same series to the same place. reconcile: whether a second pass is wanted.
alter table export
  add column shared boolean not null default false,
  add column reconcile boolean not null default true;
create index test_run_open_newest on test_run (tenant_id, id desc) where state in ('created', 'running', 'finishing');
