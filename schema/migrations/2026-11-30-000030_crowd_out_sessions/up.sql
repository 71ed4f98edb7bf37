-- Whoever signs in on too many devices signs out the one that was used least lately.
alter table sessions
    drop constraint sessions_end_reason_check,
    add constraint sessions_end_reason_check check (end_reason in ('signed_out', 'ended_by_owner', 'token_reuse',
        'disabled', 'expired', 'ended_by_admin', 'crowded_out'));
