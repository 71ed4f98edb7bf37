delete from delegations using appointments
    where delegations.appointment_id = appointments.id and appointments.kind = 'duty';
delete from appointments where kind = 'duty';
delete from appointments_history where kind = 'duty';
alter table appointments drop constraint appointments_one_duty_at_a_time, drop constraint appointments_kind_check;
alter table appointments add constraint appointments_kind_check
    check (kind in ('further', 'secondment', 'acting', 'deputy', 'assistant'));
