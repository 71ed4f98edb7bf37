-- Exceptions are asked for by whoever was refused, decided by the office that the rule names, and ended before their time.

alter table exceptions
    -- Whose office it is: that of the asker's superior, or the security office, which also makes the blocks.
    add column approver text not null default 'security' check (approver in ('superior', 'security')),
    add column made_at timestamptz not null default now(),
    add column ended_by uuid references people,
    -- Ended before its time, or before it began. Exceptions are never deleted.
    add column ended_at timestamptz,
    add column end_reason text check (length(end_reason) between 1 and 2000);
alter table exceptions
    alter column approver drop default,
    alter column made_at drop default,
    -- When it is in force indeed; empty where it ended before it began.
    add column in_force tstzrange not null generated always as (valid * tstzrange(null, ended_at)) stored;
alter table exceptions
    drop constraint exceptions_once_at_a_time,
    add constraint exceptions_one_grant_at_a_time exclude using gist
        (from_id with =, to_id with =, in_force with &&) where (kind = 'grant'),
    -- A block holds both ways.
    add constraint exceptions_one_block_at_a_time exclude using gist
        (least(from_id, to_id) with =, greatest(from_id, to_id) with =, in_force with &&) where (kind = 'block'),
    -- None is for ever.
    add constraint exceptions_begin_and_end check (lower_inc(valid) and not lower_inf(valid) and not upper_inf(valid)),
    add constraint exceptions_ended_for_a_reason check (
        (ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)),
    -- Nobody decides about themselves. Whom a superior is asked about may be the superior; a grant may be given up.
    add constraint exceptions_by_somebody_else check (
        approver_id <> from_id and (approver = 'superior' or approver_id <> to_id)
        and (kind = 'grant' or ended_by is null or ended_by not in (from_id, to_id))),
    add constraint exceptions_blocked_by_the_security_office check (kind = 'grant' or approver = 'security');
create index exceptions_ended_by on exceptions (ended_by);

alter table exceptions_history
    add column approver text not null default 'security',
    add column made_at timestamptz not null default now(),
    add column ended_by uuid,
    add column ended_at timestamptz,
    add column end_reason text,
    add column in_force tstzrange;
update exceptions_history set in_force = valid;
alter table exceptions_history
    alter column approver drop default,
    alter column made_at drop default,
    alter column in_force set not null;

-- What was asked for. What came of it is an exception of its own.
create table exception_requests (
    id uuid primary key,
    from_id uuid not null references people,
    to_id uuid not null references people check (to_id <> from_id),
    -- What was refused, and by which rule.
    action text not null check (length(action) between 1 and 40),
    rule text not null check (length(rule) between 1 and 40),
    policy_version bigint not null,
    -- Whose office the rule named.
    approver text not null check (approver in ('superior', 'security')),
    reason text not null check (length(reason) between 1 and 2000),
    asked_at timestamptz not null,
    -- Until when it is wanted. Whoever grants it says until when it is.
    wanted_until timestamptz not null check (wanted_until > asked_at),
    state text not null default 'open' check (state in ('open', 'granted', 'refused', 'withdrawn')),
    decided_by uuid references people,
    decided_at timestamptz,
    -- What whoever decided said.
    answer text check (length(answer) between 1 and 2000),
    exception_id uuid references exceptions,
    constraint exception_requests_decided check (
        (state = 'open') = (decided_by is null) and (state = 'open') = (decided_at is null)
        and (state in ('granted', 'refused')) = (answer is not null)
        and (state = 'granted') = (exception_id is not null)),
    constraint exception_requests_decided_by_somebody_else check (
        (state = 'withdrawn') = (decided_by is not null and decided_by = from_id))
);
create unique index exception_requests_one_open on exception_requests (from_id, to_id) where state = 'open';
create index exception_requests_open on exception_requests (asked_at, id) where state = 'open';
create index exception_requests_from on exception_requests (from_id, asked_at);
create index exception_requests_to on exception_requests (to_id);
create index exception_requests_decided_by on exception_requests (decided_by);
create index exception_requests_exception on exception_requests (exception_id);
