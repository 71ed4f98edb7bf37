-- What else decides gets its history: the ladders, and which set of rules was in force. And which version of the mirror stood
-- when: a run writes for a while, all it writes carries the time of its beginning, and until it ended the old was in force.

-- When the version was made, at the end of its transaction; `changed_at` is the beginning, which all its rows carry.
alter table org_state add column bumped_at timestamptz not null default now();
update org_state set bumped_at = changed_at;

create function org_state_is_bumped() returns trigger language plpgsql as $$
begin
    if new.version is distinct from old.version then
        new.changed_at := now();
        new.bumped_at := clock_timestamp();
    end if;
    return new;
end
$$;
create trigger org_state_is_bumped before update on org_state
    for each row execute function org_state_is_bumped();

create table org_state_history (held tstzrange not null, like org_state, primary key (only_row, held));
create table ranks_history (held tstzrange not null, like ranks, primary key (id, held));
create table policy_activations_history (held tstzrange not null, like policy_activations, primary key (id, held));
create index org_state_history_bumped on org_state_history (bumped_at);

-- What stood before this was kept is known as it is now. Of the sets of rules it is known when each began and ended.
insert into org_state_history select tstzrange(changed_at, null), * from org_state;
insert into ranks_history select tstzrange(null, null), * from ranks;
insert into policy_activations_history (held, id, number, mode, agency_id, valid, begun_by, reason)
    select tstzrange(lower(valid), upper(valid)), id, number, mode, agency_id, tstzrange(lower(valid), null), begun_by, reason
    from policy_activations;
insert into policy_activations_history
    select tstzrange(upper(valid), null), * from policy_activations where not upper_inf(valid);

do $$
declare
    kept record;
begin
    for kept in select * from (values ('org_state', 'only_row'), ('ranks', 'id'), ('policy_activations', 'id')) as kept (name, key)
    loop
        execute format('create unique index %I on %I (%s) where upper_inf(held)',
            kept.name || '_history_open', kept.name || '_history', kept.key);
        execute format('create trigger keep_history_of_new after insert on %I referencing new table as new_rows
            for each statement execute function keep_history_of_statement(%L)', kept.name, kept.key);
        execute format('create trigger keep_history_of_changed after update on %I
            referencing old table as old_rows new table as new_rows
            for each statement execute function keep_history_of_statement(%L)', kept.name, kept.key);
        execute format('create trigger keep_history_of_gone after delete on %I referencing old table as old_rows
            for each statement execute function keep_history_of_statement(%L)', kept.name, kept.key);
    end loop;
end
$$;
