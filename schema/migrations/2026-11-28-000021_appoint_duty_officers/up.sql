-- Who is on duty: an entry of the dated list, in nobody's name but the agency's. One at a time for each person.
alter table appointments drop constraint appointments_kind_check;
alter table appointments
    add constraint appointments_kind_check
        check (kind in ('further', 'secondment', 'acting', 'deputy', 'assistant', 'duty')),
    add constraint appointments_one_duty_at_a_time exclude using gist
        (person_id with =, in_force with &&) where (kind = 'duty');
