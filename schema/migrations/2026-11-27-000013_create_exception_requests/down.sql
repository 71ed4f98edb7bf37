drop table exception_requests;
-- What was ended early is over, and what never began never was.
delete from exceptions where isempty(in_force);
update exceptions set valid = in_force where ended_at is not null;
alter table exceptions_history
    drop column in_force,
    drop column end_reason,
    drop column ended_at,
    drop column ended_by,
    drop column made_at,
    drop column approver;
alter table exceptions
    drop constraint exceptions_blocked_by_the_security_office,
    drop constraint exceptions_by_somebody_else,
    drop constraint exceptions_ended_for_a_reason,
    drop constraint exceptions_begin_and_end,
    drop constraint exceptions_one_block_at_a_time,
    drop constraint exceptions_one_grant_at_a_time,
    drop column in_force,
    drop column end_reason,
    drop column ended_at,
    drop column ended_by,
    drop column made_at,
    drop column approver;
alter table exceptions
    add constraint exceptions_once_at_a_time exclude using gist
        (from_id with =, to_id with =, kind with =, valid with &&);
