-- The second wall between tenants. While a tenant's request is served, the service speaks to the database as apm_tenant and with the
-- tenant's number in apm.tenant: then only that tenant's rows are there, whatever a query forgot to say. Workers and operators speak as
-- the owner of the tables. Without the role there is no wall, so the migration does not go on without it.
do $$
begin
  if to_regrole('apm_tenant') is null then -- roles belong to the server, and another database of it may have made this one
    create role apm_tenant nologin;
  end if;
exception
  when duplicate_object or unique_violation then null; -- made in the same moment from another database
  when insufficient_privilege then
    raise exception 'The database user % may not create the role apm_tenant.', session_user
      using hint = format('Let an administrator run once: create role apm_tenant nologin; grant apm_tenant to %I;', session_user);
end $$;
-- Since PostgreSQL 16, who makes a role may give it away, and is a member, but may not speak as it yet.
do $$
declare
  divided constant boolean := current_setting('server_version_num')::int >= 160000;
begin
  if not pg_has_role(session_user, 'apm_tenant', case when divided then 'set' else 'member' end) then
    execute format('grant apm_tenant to %I', session_user) || case when divided then ' with set true' else '' end;
  end if;
exception
  when unique_violation or internal_error then null; -- granted in the same moment from another database ("tuple concurrently updated")
  when insufficient_privilege then null; -- the next block says it
end $$;
do $$
begin
  set local role apm_tenant;
  reset role;
exception
  when insufficient_privilege then
    raise exception 'The database user % may not speak as the role apm_tenant.', session_user
      using hint = format('Let an administrator run once: grant apm_tenant to %I;', session_user);
end $$;

create function served_tenant() returns bigint language sql stable
  return nullif(current_setting('apm.tenant', true), '')::bigint;

grant usage on schema public to apm_tenant;
grant select on tenant, api_token, reconciliation, run_series to apm_tenant;
grant select, insert, update, delete on test_run, run_head, export, metric_log, push_key, secret, secret_key, apm_profile, live_task,
  pass_task to apm_tenant;
grant usage on all sequences in schema public to apm_tenant;

alter table tenant enable row level security;
create policy own on tenant to apm_tenant using (id = served_tenant());
alter table api_token enable row level security;
create policy own on api_token to apm_tenant using (tenant_id = served_tenant());
alter table test_run enable row level security;
create policy own on test_run to apm_tenant using (tenant_id = served_tenant());
alter table secret enable row level security;
create policy own on secret to apm_tenant using (tenant_id = served_tenant());
alter table apm_profile enable row level security;
create policy own on apm_profile to apm_tenant using (tenant_id = served_tenant());

-- What belongs to a run is the tenant's whose run it is; test_run shows no others.
alter table run_head enable row level security;
create policy own on run_head to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table export enable row level security;
create policy own on export to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table metric_log enable row level security;
create policy own on metric_log to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table push_key enable row level security;
create policy own on push_key to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table run_series enable row level security;
create policy own on run_series to apm_tenant using (exists (select from test_run r where r.id = test_run_id));
alter table reconciliation enable row level security;
create policy own on reconciliation to apm_tenant using (exists (select from export e where e.id = export_id));

-- A push makes the partition it falls into, and only that.
alter function ensure_metric_log_partition(timestamptz) security definer set search_path = public;
