do $$
declare
    kept record;
begin
    for kept in select * from (values ('people', '''id'''), ('units', '''id'''), ('posts', '''id'''),
        ('delegations', '''id'''), ('exceptions', '''id'''), ('liaisons', '''person_id'', ''agency_id'''),
        ('clearances', '''person_id'''), ('members', '''conversation_id'', ''person_id''')) as kept (name, key)
    loop
        execute format('drop trigger keep_history_of_new on %I', kept.name);
        execute format('drop trigger keep_history_of_changed on %I', kept.name);
        execute format('drop trigger keep_history_of_gone on %I', kept.name);
        execute format('create trigger keep_history after insert or update or delete on %I
            for each row execute function keep_history(%s)', kept.name, kept.key);
    end loop;
end
$$;
drop function keep_history_of_statement;
