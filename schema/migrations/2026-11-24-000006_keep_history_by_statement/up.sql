-- Histories that are kept a statement at a time: row by row they cost more than all else of a first sync.

-- Keeps `<table>_history` for all rows of a statement at once. Arguments: the key columns of the table.
-- All changes of one transaction carry its one time; a version that began and ended within a transaction never held.
-- Where another transaction began later and committed first, a change still comes after that one's.
create function keep_history_of_statement() returns trigger language plpgsql as $$
declare
    twin text := tg_table_name || '_history';
    same_old text;
    same_new text;
    same_pair text;
begin
    select string_agg(format('h.%1$I = o.%1$I', key_column), ' and '),
           string_agg(format('h.%1$I = n.%1$I', key_column), ' and '),
           string_agg(format('o.%1$I = n.%1$I', key_column), ' and ')
        into same_old, same_new, same_pair from unnest(tg_argv) as key_column;
    if tg_op = 'INSERT' then
        execute format(
            'insert into %1$I select tstzrange(case when past.ended > now() then clock_timestamp() else now() end, null), n.*
                from new_rows n
                left join lateral (select max(upper(h.held)) as ended from %1$I h where %2$s) past on true',
            twin, same_new);
        return null;
    end if;
    if tg_op = 'DELETE' then
        execute format('delete from %1$I h using old_rows o where %2$s and upper_inf(h.held) and lower(h.held) = now()',
            twin, same_old);
        execute format(
            'update %1$I h set held = tstzrange(lower(h.held),
                    case when lower(h.held) > now() then clock_timestamp() else now() end)
                from old_rows o where %2$s and upper_inf(h.held)',
            twin, same_old);
        return null;
    end if;
    execute format(
        'delete from %1$I h using old_rows o, new_rows n
            where %2$s and upper_inf(h.held) and lower(h.held) = now() and %3$s and o is distinct from n',
        twin, same_old, same_pair);
    execute format(
        'update %1$I h set held = tstzrange(lower(h.held),
                case when lower(h.held) > now() then clock_timestamp() else now() end)
            from old_rows o, new_rows n where %2$s and upper_inf(h.held) and %3$s and o is distinct from n',
        twin, same_old, same_pair);
    execute format(
        'insert into %1$I select tstzrange(greatest(past.ended, now()), null), n.*
            from new_rows n join old_rows o on %3$s
            left join lateral (select max(upper(h.held)) as ended from %1$I h where %2$s) past on true
            where o is distinct from n',
        twin, same_new, same_pair);
    return null;
end
$$;

do $$
declare
    kept record;
begin
    for kept in select * from (values ('people', '''id'''), ('units', '''id'''), ('posts', '''id'''),
        ('delegations', '''id'''), ('exceptions', '''id'''), ('liaisons', '''person_id'', ''agency_id'''),
        ('clearances', '''person_id'''), ('members', '''conversation_id'', ''person_id''')) as kept (name, key)
    loop
        execute format('drop trigger keep_history on %I', kept.name);
        execute format('create trigger keep_history_of_new after insert on %I referencing new table as new_rows
            for each statement execute function keep_history_of_statement(%s)', kept.name, kept.key);
        execute format('create trigger keep_history_of_changed after update on %I
            referencing old table as old_rows new table as new_rows
            for each statement execute function keep_history_of_statement(%s)', kept.name, kept.key);
        execute format('create trigger keep_history_of_gone after delete on %I referencing old table as old_rows
            for each statement execute function keep_history_of_statement(%s)', kept.name, kept.key);
    end loop;
end
$$;
