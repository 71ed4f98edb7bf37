-- Mail that is to be sent: written in the transaction that gives the reason for it, sent afterwards, kept for a month.
create table mails (
    id uuid primary key,
    kind text not null check (kind in ('directory_report', 'directory_digest')),
    source_id uuid not null references sources,
    recipients text[] not null check (cardinality(recipients) > 0 and array_position(recipients, null) is null),
    subject text not null check (subject <> ''),
    body_text text not null,
    body_html text not null,
    made_at timestamptz not null default now(),
    attempts integer not null default 0 check (attempts >= 0),
    -- Not before: the next attempt after one that failed.
    due_at timestamptz not null default now(),
    sent_at timestamptz,
    -- Nobody tries any more; last_error tells why.
    given_up_at timestamptz,
    last_error text,
    check (sent_at is null or given_up_at is null),
    check (given_up_at is null or last_error is not null)
);
create index mails_due on mails (due_at) where sent_at is null and given_up_at is null;
create index mails_source on mails (source_id, made_at desc);

-- What has been told to HR already.
alter table directory_findings add column reported_at timestamptz;
create index directory_findings_unreported on directory_findings (source_id) where reported_at is null;
alter table directory_plans add column reported_at timestamptz;
create table directory_reports (
    source_id uuid primary key references sources,
    -- The trouble of the source that was told of last; null: none, or it is over and that was told.
    trouble_code text,
    -- The last day of which a digest was made, in the digest's own time zone.
    digest_of date
);
