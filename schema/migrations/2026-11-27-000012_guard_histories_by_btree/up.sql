-- Of each row one version at most is open, and that is held by a B-tree.
--
-- It was an exclusion constraint over (id, held), which is a GiST index of btree_gist. On Postgres 15.18 such an index was seen
-- to lose a row that is in the table (two leaves, some eighty rows): the trigger that keeps the history did not find the open
-- version by it and began a second one, and the constraint, which asks the same index, had nothing against it. Nothing but the
-- trigger writes histories, and it begins each version where the last one ended.
do $$
declare
    kept record;
begin
    for kept in select * from (values ('people', 'id'), ('units', 'id'), ('posts', 'id'), ('delegations', 'id'),
        ('exceptions', 'id'), ('appointments', 'id'), ('liaisons', 'person_id, agency_id'),
        ('clearances', 'person_id'), ('members', 'conversation_id, person_id'), ('conversations', 'id')) as kept (name, key)
    loop
        declare
            excluding text;
        begin
            select conname into strict excluding from pg_constraint
                where conrelid = (kept.name || '_history')::regclass and contype = 'x';
            execute format('alter table %I drop constraint %I', kept.name || '_history', excluding);
            execute format('create unique index %I on %I (%s) where upper_inf(held)',
                kept.name || '_history_open', kept.name || '_history', kept.key);
        end;
    end loop;
end
$$;
