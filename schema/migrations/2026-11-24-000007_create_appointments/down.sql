alter table org_state drop column settled_at;
delete from posts where appointment_id is not null;
delete from delegations where appointment_id is not null;
alter table delegations
    drop constraint delegations_once_in_the_list_at_a_time,
    drop constraint delegations_once_at_a_time;
alter table delegations add constraint delegations_once_at_a_time exclude using gist
    (person_id with =, hat with =, coalesce(principal_id, person_id) with =, valid with &&);
alter table delegations drop column appointment_id;
alter table delegations_history drop column appointment_id;
alter table posts drop column appointment_id;
alter table posts_history drop column appointment_id;
drop table appointments_history;
drop table appointments;
