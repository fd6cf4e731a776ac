-- The keys that secrets are encrypted with, each as a Tink keyset that is encrypted under the master key; the newest seals.
create table secret_key (
  id           bigint primary key,
  made         bigint generated always as identity,
  wrapped      bytea not null
);

-- The secrets of an owner ("export/17", "profile/3"), by the path they stand at. A key that still has a secret cannot go, and no
-- secret can come in under a key that is gone.
create table secret (
  tenant_id    bigint not null references tenant,
  owner        text not null,
  path         text not null,
  key_id       bigint not null references secret_key,
  ciphertext   bytea not null,
  primary key (owner, path)
);
create index secret_key_id on secret (key_id);

-- Secrets from before this version are not carried over: they were encrypted with the master key itself, which the database does
-- not have. Exports that still need theirs are paused and say so. No version with the old table was released.
drop table export_secret;

-- What becomes of a run's secrets: kept as long as its log, deleted after its second pass (deleteSensitiveData), or deleted.
alter table test_run add column secrets text not null default 'keep' check (secrets in ('keep', 'delete', 'deleted'));
create index test_run_secrets on test_run (secrets, id) where secrets <> 'deleted';
