-- An operator's token belongs to no tenant. Every token gets a number, to name it by where the token itself is unknown.
alter table api_token
  add column id bigint generated always as identity unique,
  add column note text,
  alter column tenant_id drop not null,
  add check ((scope = 'operator') = (tenant_id is null)),
  add check ((scope = 'run') = (test_run_id is not null));
create index api_token_newest on api_token (tenant_id, id desc);

alter table tenant
  add check (input_series_limit > 0),
  add check (output_series_limit > 0);
