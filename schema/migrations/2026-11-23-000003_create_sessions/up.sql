-- A session is one sign-in on one device. Its refresh token rotates; all tokens of a session are one family, and
-- the use of a token that was already exchanged ends the session (RFC 9700, section 4.14.2).
create table sessions (
    id uuid primary key,
    person_id uuid not null references people,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    ended_at timestamptz,
    end_reason text check (end_reason in ('signed_out', 'ended_by_owner', 'token_reuse', 'disabled', 'expired', 'ended_by_admin')),
    address inet not null,
    user_agent text not null check (length(user_agent) <= 400),
    check ((ended_at is null) = (end_reason is null))
);
create index sessions_person on sessions (person_id, created_at desc);
-- A node that lost its connection asks which sessions ended meanwhile.
create index sessions_ended on sessions (ended_at) where ended_at is not null;

create table refresh_tokens (
    -- SHA-256 of the token: whoever reads the table cannot use it.
    sha256 bytea primary key check (length(sha256) = 32),
    session_id uuid not null references sessions on delete cascade,
    issued_at timestamptz not null,
    used_at timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);
-- One token of a session can be used at any time.
create unique index refresh_tokens_one_unused on refresh_tokens (session_id) where used_at is null;
