-- When a request of a batch was last given up without an answer, in milliseconds: what was sent then may arrive after what was sent since,
-- in place of a correction or over one. Null for the most, so that only few stand in the index.
alter table ledger_step add column doubtful_at bigint;
create index ledger_step_doubtful on ledger_step (export_id) where doubtful_at is not null;
