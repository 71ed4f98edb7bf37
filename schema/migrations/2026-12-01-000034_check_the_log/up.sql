-- Checks of the log that somebody asked for, and what they came to.
create table audit_checks (
    id uuid primary key,
    requested_by uuid not null references people,
    requested_at timestamptz not null,
    -- How far it is: what is looked at, how many of them have been, and when that was said last.
    stage text not null default 'tree' check (stage in ('tree', 'entries', 'rows', 'current')),
    done bigint not null default 0 check (done >= 0),
    total bigint check (total >= 0),
    seen_at timestamptz not null,
    finished_at timestamptz,
    -- What it came to; none where it could not be finished.
    report jsonb check (jsonb_typeof(report) = 'object'),
    check (report is null or finished_at is not null)
);
create index audit_checks_requested_by on audit_checks (requested_by);
create index audit_checks_by_time on audit_checks (requested_at desc, id desc);
-- One at a time: it reads everything.
create unique index audit_checks_one_at_a_time on audit_checks ((true)) where finished_at is null;

-- What the log has of one conversation or person, by time.
create index audit_log_kind on audit_log (kind, seq desc) where kind not in ('message.sent', 'rows.changed');
