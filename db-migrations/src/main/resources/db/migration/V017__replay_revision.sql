-- The number by which a part books what it sends and what was refused: whoever goes on with the part uses it again, and nobody else
-- ever, though a part that was cancelled leaves no report.
alter table replay_part add column revision integer;

-- The highest number that a second pass of an export, or a difference, has had. Dry runs book nothing and take none.
create function last_revision(of_export bigint) returns integer language sql stable as $$
  select coalesce(greatest(
    (select max(revision) from reconciliation where export_id = of_export),
    (select max(p.revision) from replay_part p join replay r on r.id = p.replay_id where p.export_id = of_export and not r.dry_run)), 0)
$$;

-- Of parts that were begun and came to no report, what they have booked tells the number.
update replay_part p set revision = greatest(
  (select max(pass) from ledger_step where export_id = p.export_id), (select max(pass) from ledger_rejection where export_id = p.export_id))
where state in ('cancelled', 'failed') and started_at is not null;
