-- What the directory sync did, waits for and is asked to do, in a form that people can be shown.

alter table sources
    -- Where the directory is, for people to read.
    add column url text check (url <> ''),
    -- unknown: nobody has run it. following: changes arrive by themselves. waiting: between two reads.
    add column health text not null default 'unknown'
        check (health in ('unknown', 'reading', 'following', 'waiting', 'failing')),
    add column health_since timestamptz not null default now(),
    -- The last word from the directory, a heartbeat's included.
    add column heard_at timestamptz,
    -- Why it fails, or what an operator must know although it works: code, message_en, message_ru.
    add column trouble jsonb,
    add column held_by uuid references people,
    add column held_reason text check (length(held_reason) between 1 and 2000);
update sources set held_reason = 'held before reasons were kept' where held_at is not null;
alter table sources add constraint sources_held_for_a_reason check ((held_at is null) = (held_reason is null));
create index sources_held_by on sources (held_by);

alter table sync_runs
    add column cause text not null default 'schedule'
        check (cause in ('schedule', 'live', 'snapshot', 'operator', 'undo')),
    -- When the first of its changes was heard of. That it is in the mirror since, finished_at tells.
    add column detected_at timestamptz,
    -- What changed, for people to read; the audit log has all of it.
    add column changes jsonb not null default '[]',
    -- The run that took this one back.
    add column undone_by uuid references sync_runs;
create index sync_runs_undone_by on sync_runs (undone_by);
create index sync_runs_org_version on sync_runs (org_version);

-- A set of changes that the guard refused. An operator approves exactly this set, by its hash.
create table directory_plans (
    id uuid primary key,
    source_id uuid not null references sources,
    run_id uuid not null references sync_runs,
    sha256 bytea not null check (length(sha256) = 32),
    -- superseded: the directory says something else by now.
    state text not null check (state in ('waiting', 'approved', 'applied', 'superseded', 'rejected')),
    made_at timestamptz not null,
    -- Why the guard refused: one finding each.
    refusals jsonb not null,
    counts jsonb not null,
    -- The changes, as many as people read; changes_total tells how many there are.
    changes jsonb not null,
    changes_total integer not null check (changes_total >= 0),
    -- What it would mean for conversations, channels and contacts.
    consequences jsonb not null,
    decided_by uuid references people,
    -- Who decided, where it was not a person of the mirror: the account on the sync's host.
    decided_as text,
    decided_at timestamptz,
    decision_reason text check (length(decision_reason) between 1 and 2000),
    check ((state in ('approved', 'rejected')) <= (decided_at is not null and decision_reason is not null)),
    check ((decided_at is null) = (decided_by is null and decided_as is null))
);
create index directory_plans_source on directory_plans (source_id, made_at desc);
create unique index directory_plans_one_open on directory_plans (source_id) where state in ('waiting', 'approved');
create index directory_plans_run on directory_plans (run_id);
create index directory_plans_decided_by on directory_plans (decided_by);

-- What operators ask of the sync: whoever leads the source answers.
create table directory_requests (
    id uuid primary key,
    source_id uuid not null references sources,
    kind text not null check (kind in ('read', 'preview', 'undo')),
    -- preview: ldif, or nothing for the directory as it is. undo: run_id.
    argument jsonb not null default '{}',
    reason text check (length(reason) between 1 and 2000),
    asked_by uuid references people,
    asked_as text,
    asked_at timestamptz not null default now(),
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
    finished_at timestamptz,
    result jsonb,
    -- code, message_en, message_ru.
    error jsonb,
    check ((asked_by is null) <> (asked_as is null)),
    check ((state in ('done', 'failed')) = (finished_at is not null)),
    check ((state = 'done') = (result is not null)),
    check ((state = 'failed') = (error is not null)),
    check ((kind = 'undo') <= (reason is not null))
);
create index directory_requests_source on directory_requests (source_id, asked_at desc);
create index directory_requests_open on directory_requests (source_id) where state in ('waiting', 'running');
create index directory_requests_asked_by on directory_requests (asked_by);

-- What could not be used of an entry, and from when to when: why somebody is not in the system.
create table directory_findings (
    id uuid primary key,
    source_id uuid not null references sources,
    -- The entry; its id where it shows one.
    directory_id uuid,
    dn text not null,
    -- The person of the mirror, where there is one.
    person_id uuid references people,
    code text not null check (code <> ''),
    -- left_out: not in the mirror. last_good_kept, not_used: as the words say.
    effect text not null check (effect in ('left_out', 'last_good_kept', 'not_used')),
    -- The whole finding: field, value, message_en, message_ru.
    finding jsonb not null,
    since timestamptz not null,
    -- Null: still so.
    until timestamptz check (until >= since),
    found_by uuid not null references sync_runs,
    ended_by uuid references sync_runs,
    check ((until is null) = (ended_by is null))
);
create index directory_findings_open on directory_findings (source_id, code) where until is null;
create index directory_findings_entry on directory_findings (directory_id, since desc);
create index directory_findings_source on directory_findings (source_id, since desc);
create index directory_findings_person on directory_findings (person_id);
create index directory_findings_found_by on directory_findings (found_by);
create index directory_findings_ended_by on directory_findings (ended_by);
create index directory_findings_dn_trgm on directory_findings using gin (dn gin_trgm_ops);

-- What each version of the mirror changed, so that copies in memory need not be read anew.
create table org_changes (
    version bigint not null,
    -- all: more than can be listed.
    kind text not null check (kind in ('person', 'unit', 'ladder', 'all')),
    -- The person or unit; nil for the other kinds.
    id uuid not null,
    primary key (version, kind, id)
);

-- Since when each node decides by a version.
create table org_enforcements (
    version bigint not null,
    node_id uuid not null,
    enforced_at timestamptz not null,
    primary key (version, node_id)
);
