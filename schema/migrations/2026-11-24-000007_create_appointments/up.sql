-- The dated list: what HR decides by an order and the directory does not know. Posts and delegations of the list
-- stand beside those of the directory and name the entry they come from.
create table appointments (
    id uuid primary key,
    -- The agency: all in an entry are of one.
    source_id uuid not null references sources,
    -- deputy: acts for somebody on leave.
    kind text not null check (kind in ('further', 'secondment', 'acting', 'deputy', 'assistant')),
    person_id uuid not null,
    -- For whom: acting, deputy, assistant.
    principal_id uuid check (principal_id <> person_id),
    -- Where, with which rank and title: further, secondment.
    unit_id uuid,
    rank_id uuid,
    title text check (length(title) between 1 and 200),
    -- As the order has it.
    valid tstzrange not null check (not isempty(valid) and not lower_inf(valid) and lower_inc(valid)),
    reason text not null check (length(reason) between 1 and 2000),
    order_number text check (length(order_number) between 1 and 100),
    -- Nobody appoints themselves.
    entered_by uuid not null references people check (entered_by <> person_id),
    entered_at timestamptz not null,
    ended_by uuid references people check (ended_by <> person_id),
    -- Ended before its time, or before it began. Entries are never deleted.
    ended_at timestamptz,
    end_reason text check (length(end_reason) between 1 and 2000),
    -- When it is in force indeed; empty where it ended before it began.
    in_force tstzrange not null generated always as (valid * tstzrange(null, ended_at)) stored,
    constraint appointments_have_a_place check (
        (kind in ('further', 'secondment')) = (unit_id is not null and rank_id is not null and title is not null)
        and (unit_id is null) = (rank_id is null) and (unit_id is null) = (title is null)),
    constraint appointments_have_a_principal check (
        (kind in ('acting', 'deputy', 'assistant')) = (principal_id is not null)),
    constraint appointments_end check (kind in ('further', 'assistant') or not upper_inf(valid)),
    constraint appointments_ended_for_a_reason check (
        (ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)),
    foreign key (source_id, person_id) references people (source_id, id),
    foreign key (source_id, principal_id) references people (source_id, id),
    foreign key (source_id, unit_id) references units (source_id, id),
    foreign key (source_id, rank_id) references ranks (source_id, id),
    -- Nobody acts twice for the same one, nor assists twice.
    constraint appointments_one_principal_at_a_time exclude using gist
        (person_id with =, principal_id with =, (kind = 'assistant') with =, in_force with &&)
        where (principal_id is not null),
    constraint appointments_one_post_in_a_unit_at_a_time exclude using gist
        (person_id with =, unit_id with =, in_force with &&) where (unit_id is not null),
    constraint appointments_one_secondment_at_a_time exclude using gist
        (person_id with =, in_force with &&) where (kind = 'secondment')
);
create index appointments_person on appointments (source_id, person_id);
create index appointments_principal on appointments (source_id, principal_id);
create index appointments_unit on appointments (source_id, unit_id);
create index appointments_rank on appointments (source_id, rank_id);
create index appointments_entered_by on appointments (entered_by);
create index appointments_ended_by on appointments (ended_by);

create table appointments_history (held tstzrange not null, like appointments,
    primary key (id, held), exclude using gist (id with =, held with &&));
create trigger keep_history_of_new after insert on appointments referencing new table as new_rows
    for each statement execute function keep_history_of_statement('id');
create trigger keep_history_of_changed after update on appointments
    referencing old table as old_rows new table as new_rows
    for each statement execute function keep_history_of_statement('id');
create trigger keep_history_of_gone after delete on appointments referencing old table as old_rows
    for each statement execute function keep_history_of_statement('id');

-- Null: the directory's, which the sync keeps. Otherwise the list's, which the sync leaves alone.
alter table posts add column appointment_id uuid references appointments;
alter table posts_history add column appointment_id uuid;
create index posts_appointment on posts (appointment_id);
alter table delegations add column appointment_id uuid references appointments;
alter table delegations_history add column appointment_id uuid;
create index delegations_appointment on delegations (appointment_id);

-- The directory and the list may say the same: neither may keep the other from being written.
alter table delegations drop constraint delegations_once_at_a_time;
alter table delegations
    add constraint delegations_once_at_a_time exclude using gist
        (person_id with =, hat with =, coalesce(principal_id, person_id) with =, valid with &&)
        where (appointment_id is null),
    add constraint delegations_once_in_the_list_at_a_time exclude using gist
        (person_id with =, hat with =, coalesce(principal_id, person_id) with =, valid with &&)
        where (appointment_id is not null);

-- Until when the beginnings and ends of posts and delegations have been carried to the unit channels.
alter table org_state add column settled_at timestamptz not null default now();
