-- One execution of a load test. State that every push changes (next_seq) stands in a row of its own, run_head.
create sequence test_run_id start with 100001;

create table test_run (
  id           bigint primary key default nextval('test_run_id'),
  tenant_id    bigint not null references tenant,
  name         text not null,
  create_key   text,
  state        text not null default 'created'
               check (state in ('created', 'running', 'finishing', 'finished', 'aborted')),
  settings     text not null,
  options      text not null default '{}',
  outcome      text,
  created_at   timestamptz not null default now(),
  unique (tenant_id, create_key)
);
create index test_run_newest on test_run (tenant_id, id desc);
-- What the workers' sweep looks for, every few seconds.
create index test_run_open on test_run (id) where state in ('created', 'running', 'finishing');

-- The end of a run's metric log: one append locks this row, takes the next number and never goes back in time.
create table run_head (
  test_run_id  bigint primary key references test_run,
  next_seq     bigint not null default 0,
  last_at      timestamptz not null default '-infinity',
  finished_at  timestamptz,
  finish       text check (finish in ('explicit', 'idle'))
);

-- One apm block of a run. config is the block as it was written, without its secrets.
create table export (
  id           bigint generated always as identity primary key,
  test_run_id  bigint not null references test_run,
  index        integer not null,
  provider     text not null,
  state        text not null check (state in ('disabled', 'live', 'behind', 'paused', 'reconciling', 'done', 'gaveUp')),
  config       text not null,
  problems     text not null default '[]',
  status       text,
  reconciled_seq bigint not null default 0,
  unique (test_run_id, index)
);

-- The secrets of a block, encrypted, by the path they stand at.
create table export_secret (
  export_id    bigint not null references export,
  path         text not null,
  key_id       bigint not null,
  ciphertext   bytea not null,
  primary key (export_id, path)
);
