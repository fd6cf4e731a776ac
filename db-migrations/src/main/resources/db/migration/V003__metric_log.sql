-- The metric log: what was pushed, as it came, in the order of commit. Payloads are compressed already.
create table metric_log (
  test_run_id  bigint not null,
  seq          bigint not null,
  received_at  timestamptz not null,
  kind         smallint not null,
  instance     text not null,
  first_bucket bigint not null,
  last_bucket  bigint not null,
  payload      bytea not null,
  primary key (test_run_id, seq, received_at)
) partition by range (received_at);
alter table metric_log alter column payload set storage external;

-- Makes the hourly partition that holds a time, unless it is there. Safe when several ask at once.
create function ensure_metric_log_partition(at timestamptz) returns void language plpgsql as $$
declare
  hour timestamptz := date_trunc('hour', at at time zone 'UTC') at time zone 'UTC';
  name text := 'metric_log_' || to_char(hour at time zone 'UTC', 'YYYYMMDDHH24');
begin
  if to_regclass(name) is null then
    perform pg_advisory_xact_lock(hashtext('metric_log_partition'));
    execute format('create table if not exists %I partition of metric_log for values from (%L) to (%L)',
      name, hour, hour + interval '1 hour');
  end if;
end $$;

-- Which push has which place in the log; a repeated one gets the answer of the first.
create table push_key (
  test_run_id  bigint not null,
  instance     text not null,
  key          text not null,
  seq          bigint not null,
  created_at   timestamptz not null default now(),
  primary key (test_run_id, instance, key)
);
create index push_key_age on push_key (created_at);
