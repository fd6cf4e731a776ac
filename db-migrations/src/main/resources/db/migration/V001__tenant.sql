-- Who may use the service, and with which tokens.
create table tenant (
  id           bigint generated always as identity primary key,
  name         text not null unique,
  plan         text not null default 'enterprise'
               check (plan in ('free', 'trial', 'team-monthly', 'team-annual', 'pro-monthly', 'pro-annual', 'enterprise')),
  input_series_limit  integer not null default 100000,
  output_series_limit integer not null default 10000,
  created_at   timestamptz not null default now()
);

-- A token is stored as its SHA-256 only; it is shown once, when it is made.
create table api_token (
  sha256       bytea primary key,
  tenant_id    bigint not null references tenant,
  scope        text not null check (scope in ('tenant', 'run', 'operator')),
  test_run_id  bigint,
  created_at   timestamptz not null default now(),
  revoked_at   timestamptz
);
