-- What of the configuration decides: whether the rules for a crisis hold, and when the office is open. Written by each node at
-- its start, where it differs, so that the past is decided by what held then.
create table gate_settings (
    only_row boolean primary key default true check (only_row),
    crisis boolean not null,
    utc_offset_minutes integer not null check (utc_offset_minutes between -840 and 840),
    opens time not null,
    closes time not null check (closes > opens),
    noted_at timestamptz not null
);
create table gate_settings_history (held tstzrange not null, like gate_settings, primary key (only_row, held));
create unique index gate_settings_history_open on gate_settings_history (only_row) where upper_inf(held);
create trigger keep_history_of_new after insert on gate_settings referencing new table as new_rows
    for each statement execute function keep_history_of_statement('only_row');
create trigger keep_history_of_changed after update on gate_settings
    referencing old table as old_rows new table as new_rows
    for each statement execute function keep_history_of_statement('only_row');
create trigger keep_history_of_gone after delete on gate_settings referencing old table as old_rows
    for each statement execute function keep_history_of_statement('only_row');
