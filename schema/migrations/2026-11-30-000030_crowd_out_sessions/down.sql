update sessions set end_reason = 'expired' where end_reason = 'crowded_out';
alter table sessions
    drop constraint sessions_end_reason_check,
    add constraint sessions_end_reason_check check (end_reason in ('signed_out', 'ended_by_owner', 'token_reuse',
        'disabled', 'expired', 'ended_by_admin'));
