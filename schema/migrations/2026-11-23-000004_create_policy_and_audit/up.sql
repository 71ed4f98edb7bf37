-- One signed, numbered set of rules. The files of the set are kept as they are, so that any version can be loaded again.
create table policy_versions (
    number bigint primary key check (number >= 1),
    sha256 bytea not null check (length(sha256) = 32),
    -- File name to text.
    files jsonb not null,
    state text not null check (state in ('staged', 'active', 'retired')),
    created_at timestamptz not null,
    activated_at timestamptz,
    check (state = 'staged' or activated_at is not null)
);
create unique index policy_versions_one_active on policy_versions (state) where state = 'active';

-- Denials, with what was asked. Allows are on the messages themselves.
create table decisions (
    id uuid primary key,
    decided_at timestamptz not null,
    person_id uuid not null references people,
    hat text not null,
    action text not null,
    target_id uuid,
    conversation_id uuid,
    allow boolean not null,
    rule text not null,
    policy_version bigint not null,
    org_version bigint not null
);
create index decisions_person on decisions (person_id, decided_at desc);
create index decisions_conversation on decisions (conversation_id, decided_at desc);

create table audit_log (
    seq bigint generated always as identity primary key,
    at timestamptz not null,
    kind text not null check (kind ~ '^[a-z_]+\.[a-z_]+$'),
    actor_id uuid,
    -- What the entry says, in its kind's own fields. Never a body, a token or a password.
    entry jsonb not null
);
create index audit_log_actor on audit_log (actor_id, seq desc);

create function audit_log_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log only grows' using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_only_grows before update or delete or truncate on audit_log
    for each statement execute function audit_log_only_grows();
