-- What is taken out of a case: an archive that is made once, a part at a time, is as it was signed for as long as it may be
-- fetched, and goes when that time or the case is over.

create table case_exports (
    id uuid primary key,
    case_id uuid not null references cases,
    scope_id uuid not null references scopes,
    asked_by uuid not null references people,
    asked_at timestamptz not null,
    -- Beside the messages as JSON Lines, which are always in it.
    with_table boolean not null,
    with_mails boolean not null,
    -- Which messages of the scope, in the words of the question.
    about jsonb not null check (jsonb_typeof(about) = 'object'),
    -- What whoever asked was cleared for: nothing else is in it.
    label_policy text not null,
    label_level smallint not null check (label_level >= 0),
    label_categories text[] not null,
    stage text not null default 'choosing' check (stage in ('choosing', 'writing', 'sealing', 'ready', 'failed', 'gone')),
    -- Messages that are written, of those that were chosen.
    done bigint not null default 0 check (done >= 0),
    total bigint check (total >= done),
    -- The size of the tree over the log that its proofs are for: every message that was chosen is in it.
    tree_size bigint check (tree_size >= 0),
    -- The transaction that chose its messages: all of them are of smaller ones.
    chosen_xid bigint,
    -- The conversations that they are in.
    conversation_ids uuid[] not null default '{}',
    -- Who makes it, and when something was heard of them, by this clock; how often somebody else had to go on.
    maker uuid,
    seen_at timestamptz not null default '-infinity',
    attempts smallint not null default 0,
    -- How many octets the archive has, and the SHA-256 of its manifest.
    size bigint check (size > 0),
    manifest_sha256 text check (manifest_sha256 ~ '^[0-9a-f]{64}$'),
    is_signed boolean,
    ready_at timestamptz,
    keep_until timestamptz check (keep_until > ready_at),
    -- Why it failed, or was taken away.
    ended_at timestamptz,
    why text check (length(why) between 1 and 200),
    constraint case_exports_chosen check (stage in ('choosing', 'failed', 'gone') or num_nulls(total, tree_size, chosen_xid) = 0),
    constraint case_exports_ready check ((stage = 'ready') <= (num_nulls(size, manifest_sha256, is_signed, ready_at, keep_until) = 0)),
    constraint case_exports_ended check ((stage in ('failed', 'gone')) = (ended_at is not null) and (ended_at is null) = (why is null))
);
create unique index case_exports_one_at_a_time on case_exports (case_id) where stage in ('choosing', 'writing', 'sealing');
create index case_exports_case on case_exports (case_id, asked_at desc, id desc);
create index case_exports_scope on case_exports (scope_id);
create index case_exports_asked_by on case_exports (asked_by);
create index case_exports_open on case_exports (stage) where stage in ('choosing', 'writing', 'sealing', 'ready');

-- In which post somebody wrote is asked of each message.
create index posts_history_person on posts_history (person_id);

-- Which messages are in it, in which order, each with its entry of the audit log. Gone once it is sealed.
create table case_export_messages (
    export_id uuid not null references case_exports,
    place bigint not null check (place > 0),
    conversation_id uuid not null,
    seq bigint not null,
    created_at timestamptz not null,
    message_id uuid not null,
    -- Null: sent before there was a log.
    entry_seq bigint,
    primary key (export_id, place)
);

-- Its octets: those of each file behind each other, and the files in their order.
create table case_export_parts (
    export_id uuid not null references case_exports,
    file smallint not null check (file >= 0),
    number integer not null check (number >= 0),
    data bytea not null,
    -- The entries of an archive's directory that are in this part.
    entries text,
    size integer not null generated always as (octet_length(data)) stored,
    primary key (export_id, file, number)
);
-- They are packed already.
alter table case_export_parts alter column data set storage external;
