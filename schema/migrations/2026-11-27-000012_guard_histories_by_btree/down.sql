do $$
declare
    kept record;
begin
    for kept in select * from (values ('people', 'id'), ('units', 'id'), ('posts', 'id'), ('delegations', 'id'),
        ('exceptions', 'id'), ('appointments', 'id'), ('liaisons', 'person_id, agency_id'),
        ('clearances', 'person_id'), ('members', 'conversation_id, person_id'), ('conversations', 'id')) as kept (name, key)
    loop
        execute format('drop index %I', kept.name || '_history_open');
        execute format('alter table %I add exclude using gist (%s with =, held with &&)',
            kept.name || '_history', replace(kept.key, ',', ' with =,'));
    end loop;
end
$$;
