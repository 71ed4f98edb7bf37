do $$
declare
    changing regprocedure;
    sealed text;
begin
    foreach changing in array array['make_message_partitions(date, integer)', 'detach_oldest_month(date, timestamptz)',
        'erase_messages(uuid[], bigint[], timestamptz[], timestamptz)',
        'erase_due(date, text[], smallint[], timestamptz[], integer, timestamptz)',
        'erase_oldest_month(timestamptz, timestamptz)', 'index_words(timestamptz, boolean)']::regprocedure[]
    loop
        execute format('alter function %s security invoker', changing);
        execute format('alter function %s reset search_path', changing);
    end loop;
    foreach sealed in array array['ranks_history', 'gate_settings_history', 'org_state_history', 'policy_activations_history',
        'cases', 'scopes', 'scope_entries', 'case_looks', 'case_notices', 'holds']
    loop
        execute format('drop trigger seal_new on %I', sealed);
        execute format('drop trigger seal_changed on %I', sealed);
        execute format('drop trigger seal_gone on %I', sealed);
        delete from sealed_tables where name = sealed;
    end loop;
end
$$;
alter table messages drop constraint messages_salt_goes_with_the_body;
