-- Who holds an export: a worker that takes it over raises the epoch, and bookings with an older one find no row.
create table export_epoch (
  export_id    bigint primary key references export,
  epoch        bigint not null default 0
);

-- One batch, booked before it is sent. amendments holds the points of a second pass; those of the live pass follow from the log.
create table ledger_step (
  export_id    bigint not null references export,
  pass         integer not null,
  shard        smallint not null,
  step         bigint not null,
  at_millis    bigint not null,
  fingerprint  bigint not null,
  points       integer not null,
  amendments   bytea,
  primary key (export_id, pass, shard, step)
);

-- The last step of a shard that is settled.
create table ledger_shard (
  export_id    bigint not null references export,
  pass         integer not null,
  shard        smallint not null,
  settled      bigint not null,
  primary key (export_id, pass, shard)
);

-- Points of one series that the destination did not take.
create table ledger_rejection (
  export_id    bigint not null references export,
  pass         integer not null,
  series_key   bigint not null,
  series       text not null,
  from_millis  bigint not null,
  to_millis    bigint not null,
  reason       text not null,
  primary key (export_id, pass, series_key, from_millis)
);

create table reconciliation (
  export_id    bigint not null references export,
  revision     integer not null,
  report       text not null,
  created_at   timestamptz not null default now(),
  primary key (export_id, revision)
);
